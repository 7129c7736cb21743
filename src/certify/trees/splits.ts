/** Walks a tree from its root to all leaves, and keeps what each comparison leaves of the inputs. */
import { GibbonError } from '../../base/errors.ts';
import { nextDown32, nextUp32 } from './float32.ts';
import type { Leaf } from './forest.ts';

export type Mode = 'BRANCH_LEQ' | 'BRANCH_LT' | 'BRANCH_GTE' | 'BRANCH_GT' | 'BRANCH_EQ' | 'BRANCH_NEQ';

/** A comparison of one feature with a float32 number, or a leaf with what it adds to each score. */
export type TreeNode =
  | { readonly feature: number; readonly mode: Mode; readonly threshold: number; readonly yes: number; readonly no: number }
  | { readonly values: readonly number[] };

type Interval = readonly [low: number, high: number];

/** Float32 numbers for which the comparison is true, and those for which it is false. */
function sides(mode: Mode, t: number): { yes: Interval[]; no: Interval[] } {
  const [below, upTo, from, above]: Interval[] = [
    [Number.NEGATIVE_INFINITY, nextDown32(t)],
    [Number.NEGATIVE_INFINITY, t],
    [t, Number.POSITIVE_INFINITY],
    [nextUp32(t), Number.POSITIVE_INFINITY],
  ] as [Interval, Interval, Interval, Interval];
  // Nothing lies below −Infinity, or above Infinity.
  const isLeast = t === Number.NEGATIVE_INFINITY;
  const isMost = t === Number.POSITIVE_INFINITY;
  const under = isLeast ? [] : [below];
  const over = isMost ? [] : [above];
  const answers: Record<Mode, { yes: (Interval | undefined)[]; no: (Interval | undefined)[] }> = {
    BRANCH_LEQ: { yes: [upTo], no: over },
    BRANCH_LT: { yes: under, no: [from] },
    BRANCH_GTE: { yes: [from], no: under },
    BRANCH_GT: { yes: over, no: [upTo] },
    BRANCH_EQ: { yes: [[t, t]], no: [...under, ...over] },
    BRANCH_NEQ: { yes: [...under, ...over], no: [[t, t]] },
  };
  return answers[mode] as { yes: Interval[]; no: Interval[] };
}

/** Far more than published ensembles have in one tree; comparisons for equality double what lies behind them. */
const MOST_LEAVES = 1 << 20;

const DEEPEST = 2048;

/** @throws GibbonError E_MODEL_UNREADABLE for nodes that lead nowhere or in circles; E_NOT_APPLICABLE for too many leaves, or too deep a tree */
export function leavesOf(root: number, node: (id: number) => TreeNode | undefined): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (id: number, path: ReadonlyMap<number, Interval>, above: ReadonlySet<number>): void => {
    const here = node(id);
    if (!here || above.has(id)) {
      throw new GibbonError('E_MODEL_UNREADABLE', `a tree of the model leads ${here ? 'in circles' : 'to a node that is missing'}`, {
        hint: 'The file is damaged: export the model again.',
      });
    }
    if ('values' in here) {
      leaves.push(leafOf(path, here.values));
      if (leaves.length > MOST_LEAVES) throw new GibbonError('E_NOT_APPLICABLE', `a tree of the model has more than ${MOST_LEAVES} leaves`);
      return;
    }
    if (above.size > DEEPEST) throw new GibbonError('E_NOT_APPLICABLE', `a tree of the model is deeper than ${DEEPEST} comparisons`);
    const { yes, no } = sides(here.mode, here.threshold);
    const below = new Set(above).add(id);
    for (const [next, intervals] of [
      [here.yes, yes],
      [here.no, no],
    ] as const) {
      for (const interval of intervals) {
        const narrowed = intersection(path.get(here.feature), interval);
        if (narrowed) walk(next, new Map(path).set(here.feature, narrowed), below);
      }
    }
  };
  walk(root, new Map(), new Set());
  return leaves;
}

function intersection(a: Interval | undefined, b: Interval): Interval | undefined {
  if (!a) return b;
  const [low, high] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
  return low <= high ? [low, high] : undefined;
}

function leafOf(path: ReadonlyMap<number, Interval>, values: readonly number[]): Leaf {
  const constraints = [...path].sort(([a], [b]) => a - b);
  return {
    features: constraints.map(([feature]) => feature),
    low: constraints.map(([, [low]]) => low),
    high: constraints.map(([, [, high]]) => high),
    values,
  };
}
