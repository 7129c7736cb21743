/** What the first look says of gradients: what stands in their way, and what is replaced by what for their sake. */
import { type ErrorCode, GibbonError } from '../base/errors.ts';
import { inputsWithoutGradient } from '../model/encoding.ts';
import { type GradientSettings, gradientOptions } from '../model/gradient-settings.ts';
import { isRandom } from '../model/judge.ts';
import type { ModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { DRAWS, loweredGraphs } from '../model/target.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { scoresOnly } from '../task/logits.ts';
import { carriesGradient } from '../transform/gradient-path.ts';
import { qualifiedName } from '../transform/lower/qualified-name.ts';
import { isStraightThrough } from '../transform/lower/straight-through.ts';
import { pruned } from '../transform/prune.ts';
import { unsupportedOperators } from '../transform/specialise.ts';
import { CUTS, isStoodIn } from '../transform/stand-ins.ts';

export interface GradientLook {
  /** What stands in the way: operators, or the reason why the model cannot be lowered for a batch of two. */
  readonly unsupported: readonly string[];
  /** What has a gradient that is not its own, e.g. "Round (straight-through)". */
  readonly masked: readonly string[];
}

const CUT_OFF = ' (counts as what it cuts off)';

/** Of what is masked, the operators that get a stand-in because no path carries a gradient without one. */
export const cutsIn = (all: readonly string[]): string[] =>
  all.filter((one) => one.endsWith(CUT_OFF)).map((one) => one.slice(0, -CUT_OFF.length));

const NO_GRADIENT: ReadonlySet<string> = new Set<ErrorCode>(['E_MODEL_UNSUPPORTED', 'E_MODEL_SHAPE', 'E_OPERATOR_UNSUPPORTED']);

/** @throws GibbonError E_USAGE for stand-ins that do not fit the model */
export async function gradientLook(
  model: ModelFile,
  p: Preprocessing,
  runtime: Runtime,
  settings: GradientSettings = {},
): Promise<GradientLook> {
  const operators = [...inputsWithoutGradient(p), ...unsupportedOperators(scoresOnly(model.graph, model.head))];
  const [standIn] = settings.standIns ?? [];
  if (operators.length > 0 && standIn) {
    throw new GibbonError('E_USAGE', `nothing can stand in for ${standIn.to}: there is no gradient through ${operators.join(', ')}`, {
      hint: 'Leave --stand-in out: attacks by scores and labels need none.',
    });
  }
  if (operators.length > 0) return { unsupported: operators, masked: maskedOperators(model) };
  try {
    const { choice, draws = DRAWS } = await gradientOptions(settings);
    // As many rows as attacks will need at least.
    const rows = (await isRandom(model, runtime)) ? Math.max(2, draws) : 2;
    const lowered = await loweredGraphs(model, p, runtime, choice)(rows);
    // Beside a stand-in of the user's, what else is replaced shows only where it is not.
    const isCut =
      standIn && !choice.exact
        ? !carriesGradient(await loweredGraphs(model, p, runtime, { ...choice, thresholds: false })(rows))
        : isStoodIn(lowered);
    return { unsupported: [], masked: masked(model, settings, isCut) };
  } catch (thrown) {
    if (!(thrown instanceof GibbonError) || !NO_GRADIENT.has(thrown.code)) throw thrown;
    return { unsupported: [thrown.message], masked: maskedOperators(model) };
  }
}

/** @param isCut do comparisons and casts count as what they cut off? */
function masked(model: ModelFile, { exact, standIns = [] }: GradientSettings, isCut: boolean): string[] {
  if (exact) return maskedOperators(model).map((one) => one.replace('straight-through', 'no stand-in'));
  const own = standIns.map(({ from, to, file }) => `${to} (counts as ${file === undefined ? from : `${file} of ${from}`})`);
  const cuts = isCut ? operatorsOf(model, ({ op, domain }) => domain === '' && CUTS.has(op)) : [];
  return [...own, ...maskedOperators(model), ...cuts.map((op) => op + CUT_OFF)];
}

/** Operators of the model whose gradient is not their own. */
export const maskedOperators = (model: ModelFile): string[] =>
  operatorsOf(model, isStraightThrough).map((op) => `${op} (straight-through)`);

function operatorsOf({ graph, head }: ModelFile, are: (node: Parameters<typeof isStraightThrough>[0]) => boolean): string[] {
  return [...new Set(pruned(scoresOnly(graph, head)).nodes.filter(are).map(qualifiedName))];
}
