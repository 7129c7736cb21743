/**
 * A model's trees in terms of the audit's rows: comparisons of what the trees see become intervals of the elements that it is made of, to the last bit,
 * and whatever is made of elements that do not change is computed by the model itself for each row.
 */
import { GibbonError } from '../../base/errors.ts';
import { readModelBytes } from '../../data/model-bytes.ts';
import { encoderOf } from '../../model/encoding.ts';
import type { ModelFile } from '../../model/model-file.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { withOutput } from '../../onnx/expose.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Interval, preimage } from './axis.ts';
import { type Column, notBefore } from './columns.ts';
import type { Forest, Leaf } from './forest.ts';
import { type ReadForest, readForest } from './read-forest.ts';
import { type RowPlan, rowPlan } from './row-axes.ts';

export interface RowForest {
  /** How far each element moves at distance 1: 1, or 0 where it may not. */
  readonly units: Float64Array;
  /** The trees as they are for rows that agree with this one in all that does not move. */
  at(row: Float32Array): Promise<Forest>;
  release(): Promise<void>;
}

/** @throws GibbonError E_NOT_APPLICABLE where the model is no tree ensemble behind steps of single columns, with the reason */
export async function rowForest(model: ModelFile, preprocessing: Preprocessing, runtime: Runtime): Promise<RowForest> {
  const plan = rowPlan(preprocessing, model.input.name);
  const read = readForest(model.graph, plan.widths);
  const traced = tracedColumns(read.columns, plan);
  const isOpen = traced.some((one) => one === 'fixed');
  const leaves = inElements(read.forest, traced, plan);
  const units = Float64Array.from(plan.elements, ({ isMovable }) => Number(isMovable));
  const whole = { ...twoScores(read.forest), features: plan.elements.length };
  const fixed = isOpen ? await columnsOfRows(model, read, preprocessing, runtime) : undefined;
  return {
    units,
    at: async (row) => {
      const values = fixed && (await fixed.of(row));
      const trees = leaves.map((tree) => tree.flatMap((one) => (fits(one, values) ? [one.leaf] : [])));
      return { ...whole, trees };
    },
    release: async () => fixed?.release(),
  };
}

/** The element that a column follows, and how; `fixed` where it is made of elements that do not move. */
type Traced = { readonly element: number; readonly of: (value: number) => number } | 'fixed';

function tracedColumns(columns: readonly Column[], { elements, elementAt }: RowPlan): Traced[] {
  return columns.map((column) => {
    if (column.kind === 'follows') {
      const element = elementAt(column.port, column.at);
      const given = elements[element]?.value;
      if (given) return { element, of: (value) => column.steps.reduce((now, step) => step(now), given(value)) };
      return 'fixed';
    }
    const moving = column.of.find(({ port, at }) => elements[elementAt(port, at)]?.isMovable);
    if (moving) throw notBefore(`${column.by} turns the input ${moving.port}, which may change, into other columns`);
    return 'fixed';
  });
}

/** A leaf in terms of elements, and what it asks of columns that are fixed. */
interface RowLeaf {
  readonly leaf: Leaf;
  readonly asks: readonly { readonly column: number; readonly low: number; readonly high: number }[];
}

const fits = ({ asks }: RowLeaf, values: Float32Array | undefined): boolean =>
  asks.every(({ column, low, high }) => {
    const value = values?.[column] ?? Number.NaN;
    return value >= low && value <= high;
  });

function inElements(forest: Forest, traced: readonly Traced[], { elements }: RowPlan): RowLeaf[][] {
  const known = new Map<string, Interval | undefined>();
  const interval = (feature: number, low: number, high: number): Interval | undefined => {
    const column = traced[feature];
    const key = `${feature} ${low} ${high}`;
    if (!column || column === 'fixed') return undefined;
    if (!known.has(key))
      known.set(key, preimage(elements[column.element]?.axis as RowPlan['elements'][number]['axis'], column.of, { low, high }));
    return known.get(key);
  };
  const scores = twoScores(forest);
  return scores.trees.map((tree) =>
    tree.flatMap(({ features, low, high, values }) => {
      const asks: RowLeaf['asks'][number][] = [];
      const box = new Map<number, Interval>();
      for (const [i, feature] of features.entries()) {
        const [from, to] = [low[i] as number, high[i] as number];
        const column = traced[feature];
        if (!column || column === 'fixed') {
          asks.push({ column: feature, low: from, high: to });
          continue;
        }
        const found = interval(feature, from, to);
        const before = box.get(column.element);
        const both = found && {
          low: Math.max(found.low, before?.low ?? Number.NEGATIVE_INFINITY),
          high: Math.min(found.high, before?.high ?? Number.POSITIVE_INFINITY),
        };
        // No row reaches it.
        if (!both || both.low > both.high) return [];
        box.set(column.element, both);
      }
      return [{ leaf: leafOf(box, values), asks }];
    }),
  );
}

function leafOf(box: ReadonlyMap<number, Interval>, values: readonly number[]): Leaf {
  const asked = [...box].filter(([, { low, high }]) => Number.isFinite(low) || Number.isFinite(high)).sort(([a], [b]) => a - b);
  return {
    features: asked.map(([element]) => element),
    low: asked.map(([, { low }]) => low),
    high: asked.map(([, { high }]) => high),
    values,
  };
}

/** A single score is class 1 where it is positive. */
function twoScores(forest: Forest): Forest {
  const { base, trees, slack } = forest;
  if (base.length !== 1) return forest;
  return {
    ...forest,
    base: [0, ...base],
    slack: [0, ...slack],
    trees: trees.map((tree) => tree.map((leaf) => ({ ...leaf, values: [0, ...leaf.values] }))),
  };
}

/** What the trees see of a row, by the untouched file. */
async function columnsOfRows(model: ModelFile, { input }: ReadForest, preprocessing: Preprocessing, runtime: Runtime) {
  const encode = await encoderOf(model, preprocessing);
  const session = await runtime.loadModel(withOutput((await readModelBytes(model.path)).bytes, input));
  return {
    of: async (row: Float32Array): Promise<Float32Array> => {
      const data = (await session.run(encode([row]), [input]))[input]?.data;
      if (!(data instanceof Float32Array))
        throw new GibbonError('E_NOT_APPLICABLE', 'no certificate of the trees: they take no float32 numbers');
      return data;
    },
    release: () => session.release(),
  };
}
