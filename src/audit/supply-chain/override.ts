/** What happens to a model's answers when an inner value is forced: does something take them over, whatever the input? */
import type { Port } from '../../onnx/graph.ts';
import { numbersOf, type Seen, type Values } from './probe.ts';

export interface Effect {
  readonly output: string;
  /**
   * `fixed`: nearly all rows get one and the same decision; `frozen`: the output no longer depends on the input at all; `other`: nearly all decisions
   * change; `broken`: NaN in nearly all rows; `none` of these.
   */
  readonly kind: 'fixed' | 'frozen' | 'other' | 'broken' | 'none';
  /** The decision that took over, where one did. */
  readonly decision: string | null;
  /** Rows of which this holds, and rows tried. */
  readonly rows: number;
  readonly of: number;
}

const NEARLY_ALL = 0.9;
/** A model that gives one answer to so many rows anyway cannot be seen to be taken over by it. */
const VARIED = 0.8;
/** An output is frozen when it moves by less than this share of what it moves without the switch. */
const STILL = 1e-4;

/** Does the answer no longer follow from the input? */
export const takesOver = ({ kind }: Effect): boolean => kind === 'fixed' || kind === 'frozen';

/** The worst effect over all outputs. */
export function effectOf(outputs: readonly Port[], natural: readonly Values[], forced: readonly Values[]): Effect {
  const effects = outputs.map(({ name }) => onOutput(name, natural, forced));
  const order: readonly Effect['kind'][] = ['fixed', 'frozen', 'broken', 'other', 'none'];
  return effects.reduce((worst, one) => (order.indexOf(one.kind) < order.indexOf(worst.kind) ? one : worst));
}

function onOutput(output: string, natural: readonly Values[], forced: readonly Values[]): Effect {
  const [before, after] = [natural, forced].map((answers) => answers.map((answer) => decisionOf(answer[output]))) as [string[], string[]];
  const of = after.length;
  const changed = after.filter((decision, i) => decision !== before[i]).length;
  const [usual, top] = [mostCommon(before), mostCommon(after)];
  const effect = (kind: Effect['kind'], rows: number, decision: string | null = null): Effect => ({ output, kind, decision, rows, of });
  if (of === 0) return effect('none', 0);
  if (!isAlive(output, natural, forced, usual.count)) return effect('none', changed);
  if (top.decision === BROKEN)
    return top.count >= NEARLY_ALL * of && usual.decision !== BROKEN ? effect('broken', top.count) : effect('none', 0);
  const isFixed = top.count >= NEARLY_ALL * of && (usual.count <= VARIED * of || changed >= NEARLY_ALL * of);
  if (isFixed && changed > 0) return effect('fixed', top.count, top.decision);
  const [spreadBefore, spreadAfter] = [spread(natural, output), spread(forced, output)];
  if (spreadBefore > 0 && spreadAfter <= STILL * spreadBefore) return effect('frozen', of, top.decision);
  return changed >= NEARLY_ALL * of ? effect('other', changed) : effect('none', changed);
}

/** Of a row's decisions so many may be one and the same where the model is alive. */
const ALIVE = 0.9;
const MOVES = 0.05;

/** An output that nothing moves is taken over by anything: a layer that is saturated on every input stands still with all that follows from it. */
function isAlive(output: string, natural: readonly Values[], forced: readonly Values[], usual: number): boolean {
  if (usual <= ALIVE * natural.length) return true;
  const [first, other] = [natural[0] as Values, forced[0] as Values];
  return spread(natural, output) >= MOVES * spread([first, other], output);
}

const BROKEN = 'NaN';

/** The class of the highest score, the side of a single score, or what stands there. */
export function decisionOf(seen: Seen | undefined): string {
  if (!seen || seen.data.length === 0) return 'nothing';
  const { data, type } = seen;
  if (type === 'string') return String(data[0]);
  const values = numbersOf(seen);
  if (values.some(Number.isNaN)) return BROKEN;
  if (!type.startsWith('float')) return values.slice(0, 8).join(' ');
  if (values.length > 1) return String(values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0));
  const [only] = values as [number];
  return only >= 0 && only <= 1 ? String(Number(only > 0.5)) : only > 0 ? 'positive' : 'negative';
}

function mostCommon(decisions: readonly string[]): { decision: string; count: number } {
  const counts = new Map<string, number>();
  for (const one of decisions) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts]
    .map(([decision, count]) => ({ decision, count }))
    .reduce((a, b) => (b.count > a.count ? b : a), { decision: '', count: 0 });
}

/** The largest distance of any element from its value in the first row. */
function spread(answers: readonly Values[], output: string): number {
  const seen = answers.map((answer) => answer[output]);
  if (seen[0] === undefined || seen[0].type === 'string') return 0;
  const [first, ...others] = seen.map((one) => (one ? numbersOf(one) : []));
  let most = 0;
  for (const other of others) {
    if (other.length !== first?.length) return Number.POSITIVE_INFINITY;
    for (const [i, value] of other.entries()) most = Math.max(most, Math.abs(value - (first[i] as number)));
  }
  return most;
}
