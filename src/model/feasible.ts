/** A candidate row as the data could hold it: whole numbers, one-hot groups, the columns' ranges, their relations, and nothing changed that may not change. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { clipTo } from '../threat/ball.ts';
import { isNumeric, type Metric, type NumericMetric } from '../threat/metric.ts';
import { keepingRelations } from './keeping-relations.ts';
import type { Pair } from './measure.ts';
import { type EncodedColumn, type PortsEncoding, rangeOfColumns } from './ports-encoding.ts';
import type { Target } from './target.ts';

export interface Ball {
  readonly norm: NumericMetric;
  readonly epsilon: number;
}

/** Distances as far as this share of epsilon beyond it count as inside: the arithmetic of projections. */
const SLACK = 1e-6;
const BATCH = 256;

/** Of a table only rows count that the data could hold; anything else stays as it was proposed. */
export async function asRows(target: Target, pairs: readonly Pair[], norm: Metric, epsilon: number): Promise<readonly Pair[]> {
  const { encoding } = target.preprocessing;
  if (encoding?.kind !== 'ports' || !isNumeric(norm)) return pairs;
  const rows = await feasible(target, encoding, pairs, { norm, epsilon });
  return pairs.map(({ original }, i) => ({ original, candidate: rows[i] as Float32Array }));
}

/**
 * Each candidate brought to the nearest row that follows the rules and is no further away: in Linf whole columns go to the nearest whole number inside
 * the ball, in L2 and L1 towards the original, which shortens the change; a group that is no longer one-hot goes back as it was.
 */
export async function feasible(
  target: Pick<Target, 'arithmetic' | 'size'>,
  encoding: PortsEncoding,
  pairs: readonly Pair[],
  { norm, epsilon }: Ball,
): Promise<Float32Array[]> {
  const { size } = target;
  const run = await target.arithmetic(`feasible ${norm}`, (g) => {
    const [x0, x] = [g.input('original', 'float32', [BATCH, size]), g.input('candidate', 'float32', [BATCH, size])];
    return { x: followingRules(g, encoding, { x0, x, norm, radius: g.input('epsilon', 'float64', []) }) };
  });
  const results: Float32Array[] = [];
  for (let at = 0; at < pairs.length; at += BATCH) {
    const chunk = pairs.slice(at, at + BATCH);
    const stacked = (pick: (pair: Pair) => Float32Array): HostTensor => {
      const data = new Float32Array(BATCH * size);
      for (const [i, pair] of chunk.entries()) data.set(pick(pair), i * size);
      return { type: 'float32', shape: [BATCH, size], data };
    };
    const made = await run({
      original: stacked(({ original }) => original),
      candidate: stacked(({ candidate }) => candidate),
      epsilon: { type: 'float64', shape: [], data: Float64Array.of(epsilon) },
    });
    const data = made.x?.data as Float32Array;
    for (let i = 0; i < chunk.length; i++) results.push(data.slice(i * size, (i + 1) * size));
  }
  return results;
}

interface Candidate {
  /** [B, size] */
  readonly x0: Value;
  readonly x: Value;
  readonly norm: NumericMetric;
  /** float64, one number or [B, 1]. */
  readonly radius: Value;
}

/** The same as a graph. Whole numbers are found in double precision: float32 does not tell large ones apart once they are divided. */
export function followingRules(g: GraphBuilder, encoding: PortsEncoding, candidate: Candidate): Value {
  const others = (x: Value): Value => ownRules(g, encoding, { ...candidate, x });
  return encoding.relations?.length ? keepingRelations(g, encoding, { ...candidate, others }) : others(candidate.x);
}

/** The rules that columns and groups keep for themselves. */
function ownRules(g: GraphBuilder, encoding: PortsEncoding, { x0, x, norm, radius }: Candidate): Value {
  const { columns, groups } = encoding;
  const mask = (is: (column: EncodedColumn) => boolean): Value =>
    g.greater(
      g.constant(
        floats(
          columns.map((column) => Number(is(column))),
          [1, columns.length],
        ),
      ),
      g.scalar(0),
    );
  const [low, high] = rangeOfColumns(encoding);
  const inRange = clipTo(g, x, [low, high]);
  const moved = g.where(
    mask(({ movable }) => movable),
    inRange,
    x0,
  );
  const rounded = g.where(
    mask(({ whole }) => whole),
    wholeInside(g, columns, { x0, x: moved, norm, radius }),
    moved,
  );
  return groups.length === 0 ? rounded : oneHot(g, encoding, x0, rounded);
}

function wholeInside(g: GraphBuilder, columns: readonly EncodedColumn[], { x0, x, norm, radius }: Candidate): Value {
  const double = (values: readonly number[]): Value => g.constant(floats(values, [1, values.length], 'float64'));
  const [scale, offset] = [double(columns.map((column) => column.scale)), double(columns.map((column) => column.offset))];
  const inUnits = (element: Value): Value => g.add(g.mul(g.cast(element, 'float64'), scale), offset);
  const [before, after] = [g.node('Round', [inUnits(x0)]), inUnits(x)];
  const reach = g.mul(g.mul(radius, g.scalar(1 + SLACK, before)), scale);
  const nearest = (): Value => {
    const [least, most] = [g.node('Ceil', [g.sub(before, reach)]), g.node('Floor', [g.add(before, reach)])];
    return g.min(g.max(g.node('Round', [after]), least), most);
  };
  const towards = (): Value => {
    const change = g.sub(after, before);
    return g.add(before, g.mul(g.sign(change), g.node('Floor', [g.add(g.abs(change), g.scalar(SLACK, before))])));
  };
  return g.cast(g.div(g.sub(norm === 'linf' ? nearest() : towards(), offset), scale), 'float32');
}

/** Groups whose values do not sum to 1 go back as they were. */
function oneHot(g: GraphBuilder, { columns, groups }: PortsEncoding, x0: Value, x: Value): Value {
  const row = (values: readonly number[]): Value => g.constant(floats(values, [1, values.length]));
  const values = g.add(g.mul(x, row(columns.map(({ scale }) => scale))), row(columns.map(({ offset }) => offset)));
  const members = columns.flatMap((_, i) => groups.map((group) => Number(group.includes(i))));
  const membership = g.constant(floats(members, [columns.length, groups.length]));
  const off = g.greater(g.abs(g.sub(g.matmul(values, membership), g.scalar(1))), g.scalar(0.5));
  const spoiled = g.matmul(g.cast(off, 'float32'), g.transpose(membership, [1, 0]));
  return g.where(g.greater(spoiled, g.scalar(0.5)), x0, x);
}
