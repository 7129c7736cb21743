/**
 * Bounds of a layer by branch and bound: the least and the largest value of each neuron whose sign is open, over all leaves of a tree of its own. In deep
 * dense networks loose layers, not the last one, are what keeps goals open; the complete verifiers that do well on them refine layers too (by MILP:
 * Singh et al., arXiv:1811.11373; β-CROWN, arXiv:2103.06624, appendix B.2).
 */
import { narrowed } from '../bounds/crown.ts';
import type { Domain, LayerBounds } from '../bounds/domain.ts';
import type { Goal } from '../bounds/goal.ts';
import type { Cut } from '../graphs/cuts.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { halved, type Leaf, pieces, raised, type Seedling, type Work, workOf } from './branch-neurons.ts';

/** One layer, and how often the worst leaf of each of its neurons was split. The same step on the same bounds gives the same ones. */
export interface Tightening {
  readonly cut: string;
  readonly rounds: number;
}

/** Adam's steps for each leaf: leaves, and a choice of neurons to split, gain more than many steps. */
const STEPS = 8;

/** Neurons times leaves that are kept at once: 200 MiB with slopes, multipliers and scores. */
const KEPT = 2 ** 24;

/** Layers that branching can tighten: rectified ones behind others, of sets that can be bounded side by side. */
export function tightenable({ cuts, isBatched }: BoundNetwork): readonly Cut[] {
  const rectified = cuts.filter(({ ops }) => ops.every((op) => op === 'Relu'));
  return isBatched ? rectified.filter(({ isFirst, isSettled }) => !isFirst && !isSettled) : [];
}

/** Tighter bounds of one layer, and what follows for those behind it; undefined where `until` said to stop. @param domain one set */
export async function tightened(
  network: BoundNetwork,
  { domain, bounds }: { readonly domain: Domain; readonly bounds: LayerBounds },
  { cut, rounds }: Tightening,
  until: () => boolean = () => false,
): Promise<LayerBounds | undefined> {
  const layer = network.cuts.find(({ name }) => name === cut);
  // Values that enter the network have no bounds but the set's.
  if (!layer || !bounds.lower.has(cut)) return undefined;
  const part = await network.upTo(layer);
  const own = new Set(part.cuts.map(({ name }) => name));
  const only = <T>(values: ReadonlyMap<string, T>): Map<string, T> => new Map([...values].filter(([name]) => own.has(name)));
  const { lower, upper, balls } = bounds;
  const before = { ...bounds, lower: only(lower), upper: only(upper), ...(balls && { balls: only(balls) }) };
  const next: LayerBounds = { ...bounds, lower: new Map(lower), upper: new Map(upper) };
  const [low, high] = [(lower.get(cut) as Float32Array).slice(), (upper.get(cut) as Float32Array).slice()];
  next.lower.set(cut, low);
  next.upper.set(cut, high);
  const ends = endsOf(layer, { low, high });
  const work = workOf({ network: part, domain, bounds: before }, { steps: STEPS, candidates: 3 });
  const found: number[] = [];
  for (const group of pieces(ends, Math.max(work.batch, Math.floor(KEPT / work.total / (rounds + 1))))) {
    const least = await leastOf(work, group, { rounds, until });
    if (!least) return undefined;
    found.push(...least);
  }
  for (const [i, { element, sign }] of ends.entries()) {
    const value = found[i] as number;
    if (sign > 0 && value > (low[element] as number)) low[element] = value;
    if (sign < 0 && -value < (high[element] as number)) high[element] = -value;
  }
  await narrowed(network, domain, next);
  return next;
}

/** A neuron's value, or its negative, as a goal: it is decided where it is positive. */
interface End extends Goal {
  readonly element: number;
  readonly sign: 1 | -1;
}

/** Two for each neuron whose sign is open. */
function endsOf({ size }: Cut, { low, high }: { readonly low: Float32Array; readonly high: Float32Array }): End[] {
  return [...low.keys()]
    .filter((element) => (low[element] as number) < 0 && (high[element] as number) > 0)
    .flatMap((element) =>
      ([1, -1] as const).map((sign) => {
        const rows = new Float32Array(size);
        rows[element] = sign;
        return { element, sign, rows, offsets: Float32Array.of(0) };
      }),
    );
}

/** The least value of each goal over the leaves, after its worst leaf was split so often. */
async function leastOf(
  work: Work,
  goals: readonly Goal[],
  { rounds, until }: { readonly rounds: number; readonly until: () => boolean },
): Promise<number[] | undefined> {
  const leaves = new Map<Goal, Leaf[]>(goals.map((goal) => [goal, []]));
  const worst = (goal: Goal): number => Math.min(...(leaves.get(goal) as Leaf[]).map(({ bound }) => bound));
  let seedlings: Seedling[] = goals.map((goal) => ({ goal, splits: [] }));
  for (let round = 0; seedlings.length > 0; round++) {
    for (const part of pieces(seedlings, work.batch)) {
      if (until()) return undefined;
      for (const leaf of await raised(work, part)) leaves.get(leaf.goal)?.push(leaf);
    }
    seedlings = [];
    if (round === rounds) break;
    const open = [...leaves.values()].map((own) => own.reduce((a, b) => (a.bound <= b.bound ? a : b))).filter(({ bound }) => !(bound > 0));
    for (const [i, halves] of (await halved(work, open)).entries()) {
      const { goal } = open[i] as Leaf;
      if (!halves) continue;
      leaves.set(
        goal,
        (leaves.get(goal) as Leaf[]).filter((leaf) => leaf !== open[i]),
      );
      seedlings.push(...halves);
    }
  }
  return goals.map(worst);
}
