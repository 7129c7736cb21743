/**
 * Measures of the attacks themselves, on a sample: what gradients are worth, whether ascent converges, whether larger balls break no less and one as large as
 * the data's range breaks everything, and where in the model gradients end. None of these count as attacks on the model.
 */

import { strideOf } from '../../attacks/evasion/pgd.ts';
import type { Ascent } from '../../attacks/probes/ascent.ts';
import type { SlopeProbe } from '../../attacks/probes/slopes.ts';
import { attackOf } from '../../attacks/registry.ts';
import { GibbonError } from '../../base/errors.ts';
import type { Passage } from '../../model/anatomy.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { keyedRng } from '../../rng/rng.ts';
import { boundAt, type Norm } from '../../threat/ball.ts';
import { isNorm } from '../../threat/metric.ts';
import type { RanEvasion } from '../artifacts.ts';
import type { Asking } from '../asking.ts';
import type { CheckFacts } from '../checks/facts.ts';
import type { Reporter, Workers } from '../ports.ts';
import type { Plan, PlannedAttack } from '../presets.ts';
import type { RanAttack } from '../ran.ts';
import { runAttack } from '../run-attack.ts';
import { createSpending } from '../spending.ts';
import type { AttackOrder } from '../subject.ts';
import { anatomyTask } from '../tasks/anatomy.ts';
import { ascentTask } from '../tasks/ascent.ts';
import { slopesTask } from '../tasks/slopes.ts';
import type { Scrutiny } from './scrutiny.ts';

/** What it needs of an audit that runs. */
interface Scrutinising extends CheckFacts {
  readonly plan: Plan;
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly asking: Asking;
}

const NOTHING: Omit<Scrutiny, 'without'> = { slopes: [], ascent: undefined, balls: [], bare: undefined, whole: undefined, anatomy: [] };

/** Examples whose way through the model is looked at. */
const DISSECTED = 8;
const FACTORS = [0.5, 1, 2];
/** Steps of the attacks in other balls; 2.5·epsilon/steps reaches any point of the ball (Madry et al.). */
const STEPS = 20;
const STRETCH = 2.5;
/** In the whole range: ART's security curve takes 100 steps of a fiftieth of it. */
const WHOLE_STEPS = 100;

type Items = AttackOrder['items'];

export async function scrutinise(setting: Scrutinising, evaded: RanEvasion): Promise<Scrutiny> {
  const { prepared, options, subject, asking, reporter, model, epsilon } = setting;
  const { norm } = options;
  const without = withoutGradients(setting, evaded.ran);
  const right = evaded.facts.clean
    .filter(({ index, label }) => label === prepared.labels[index])
    .map(({ index, label }) => ({ index, label }));
  if (without !== undefined || !isNorm(norm)) return { ...NOTHING, without };
  if (right.length === 0) return { ...NOTHING, without: 'No example is classified correctly.' };
  const spending = createSpending(options.budgets);
  const sample = draw(setting, right, 'slopes', setting.plan.evidence.probes);
  const few = draw(setting, sample, 'balls');
  reporter.phase(`${model.name}: what its gradients are worth`, sample.length);
  const slopes = await asking.rows(slopesTask, { subject, norm, epsilon: epsilon.value }, sample);
  spending.assertTime();
  const anatomy = await dissected(setting, draw(setting, sample, 'anatomy', DISSECTED));
  const ascent = await ascended(setting, { evaded, right, norm });
  const balls: Scrutiny['balls'][number][] = [];
  for (const factor of FACTORS) {
    spending.assertTime();
    balls.push({ factor, ran: await inBall(setting, few, factor * epsilon.value, { steps: STEPS, stretch: STRETCH }) });
  }
  spending.assertTime();
  const bare = await withoutOwnStandIns(setting, few);
  spending.assertTime();
  const widest = wholeRange(setting, norm);
  const stride = { steps: WHOLE_STEPS, stretch: WHOLE_STEPS / 50 };
  const whole = widest === undefined ? undefined : { epsilon: widest, ran: await inBall(setting, few, widest, stride) };
  return { without: undefined, slopes: sample.map(({ index }) => slopes.get(index) as SlopeProbe), ascent, balls, bare, whole, anatomy };
}

function draw({ options, plan }: Scrutinising, items: Items, purpose: string, n = plan.evidence.n): Items {
  return keyedRng(options.seed, 'scrutiny', purpose)
    .shuffle(items)
    .slice(0, n)
    .sort((a, b) => a.index - b.index);
}

/** On examples that withstood everything, or on any where none did. */
async function ascended(
  setting: Scrutinising,
  { evaded: { ran, cross }, right, norm }: { evaded: RanEvasion; right: Items; norm: Norm },
): Promise<Scrutiny['ascent']> {
  const { subject, asking, reporter, model, epsilon } = setting;
  const fell = new Set(
    [...ran, ...Object.values(cross.trials)]
      .flatMap(({ replies }) => [...replies.values()])
      .filter(({ broken }) => broken)
      .map(({ index }) => index),
  );
  const standing = right.filter(({ index }) => !fell.has(index));
  const of = standing.length > 0 ? ('standing' as const) : ('all' as const);
  const climbers = draw(setting, of === 'standing' ? standing : right, 'ascent');
  const pgd = ran.find(({ unit }) => unit.id === 'pgd')?.planned;
  const stride = strideOf(norm, epsilon.value, pgd?.params ?? {});
  reporter.phase(`${model.name}: whether attacks converge`, climbers.length);
  const common = { subject, norm, epsilon: epsilon.value, loss: 'cross-entropy' as const, ...stride };
  const runs = await asking.rows(ascentTask, common, climbers);
  return { of, ...stride, runs: climbers.map(({ index }) => runs.get(index) as Ascent) };
}

function withoutGradients({ prepared, options }: Scrutinising, ran: RanEvasion['ran']): string | undefined {
  if (options.norm === 'edits') return 'Text has no gradient that attacks could follow.';
  if (options.norm === 'l0') return 'Its probes follow slopes within a norm, and L0 is none.';
  if (prepared.unsupported.length > 0) return `Gibbon has no gradient through ${prepared.unsupported.join(', ')}.`;
  return ran.some(({ unit }) => unit.knowledge === 'gradients') ? undefined : 'No attack that uses gradients was part of this audit.';
}

/** A model that is lowered for attacks may still resist being taken apart (a branch, a sequence inside): then nothing is named. */
async function dissected({ asking, subject }: Scrutinising, items: Items): Promise<readonly (readonly Passage[])[]> {
  try {
    return await asking.once(anatomyTask, { subject, items });
  } catch (thrown) {
    if (
      thrown instanceof GibbonError &&
      ['E_MODEL_UNSUPPORTED', 'E_MODEL_SHAPE', 'E_OPERATOR_UNSUPPORTED', 'E_INTERNAL', 'E_MODEL_LOAD'].includes(thrown.code)
    )
      return [];
    throw thrown;
  }
}

/** Steps as in the ball of epsilon, by the gradients that are taken without the user's help. */
async function withoutOwnStandIns(setting: Scrutinising, items: Items): Promise<RanAttack | undefined> {
  const { subject, epsilon } = setting;
  const { standIns = [], exact, ...others } = subject.gradients ?? {};
  if (standIns.length === 0 || exact) return undefined;
  const bare = { ...setting, subject: { ...subject, gradients: others } };
  return inBall(bare, items, epsilon.value, { steps: STEPS, stretch: STRETCH });
}

async function inBall(
  { subject, options, workers, reporter, asking, model }: Scrutinising,
  items: Items,
  radius: number,
  { steps, stretch }: { steps: number; stretch: number },
): Promise<RanAttack> {
  reporter.phase(`${model.name}: attacks at epsilon ${Number(radius.toPrecision(3))}`, items.length);
  const planned: PlannedAttack = { id: 'pgd', params: { steps, stepSize: (stretch * radius) / steps } };
  const attack = { ...planned, norm: options.norm, epsilon: radius };
  const { replies } = await runAttack(workers, reporter, { subject, items, attack, batch: options.batch, asking });
  return { unit: attackOf('pgd'), planned, items, save: undefined, replies };
}

/** The distance between the two farthest inputs, where the data has a range. */
function wholeRange({ prepared: { preprocessing } }: Scrutinising, norm: Norm): number | undefined {
  const range = rangeOf(preprocessing);
  if (!range) return undefined;
  const size = sizeOf(preprocessing.shape);
  const [low, high, movable] = range;
  const widths = Array.from({ length: typeof low === 'number' && typeof high === 'number' && !movable ? 1 : size }, (_, i) =>
    movable && !movable[i] ? 0 : boundAt(high, i) - boundAt(low, i),
  );
  const times = size / widths.length;
  const widest =
    norm === 'linf' ? Math.max(...widths) : norm === 'l1' ? times * sum(widths) : Math.sqrt(times * sum(widths.map((w) => w * w)));
  return Number.isFinite(widest) && widest > 0 ? widest : undefined;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
