/** Rows brought to the relations between their columns, as a graph: what one side says of a column is put there, and what then still breaks a rule goes back part of the way. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import type { NumericMetric } from '../threat/metric.ts';
import { type Bare, bareColumns, columnsOfRelation, type Relation, roundingOf, SLACK, termOf } from '../threat/relation.ts';
import type { PortsEncoding } from './ports-encoding.ts';

/** Parts of the way from the row to the candidate that are tried, the longest that keeps everything counts; 0 is the row itself, which does. */
const PARTS = [1, 0.75, 0.5, 0.25, 0.1] as const;
/** Of epsilon: the arithmetic of projections. */
const BEYOND = 1e-6;

export interface Keeping {
  /** [B, size] */
  readonly x0: Value;
  readonly x: Value;
  readonly norm: NumericMetric;
  /** float64, one number or [B, 1]. */
  readonly radius: Value;
  /** The other rules: whole numbers, groups, range, what may not move. */
  readonly others: (x: Value) => Value;
}

/**
 * Columns that no relation ties to each other go their own ways in Linf; in the other norms, whose balls tie all of them, they go together.
 * x0 keeps every relation: tables whose rows do not are refused.
 */
export function keepingRelations(g: GraphBuilder, encoding: PortsEncoding, { x0, x, norm, radius, others }: Keeping): Value {
  const parts = tied(encoding, norm);
  let kept = g.where(maskOf(g, encoding, parts.flat()), x0, others(x));
  for (const part of [...PARTS].reverse()) {
    const between = part === 1 ? x : g.add(x0, g.mul(g.scalar(part), g.sub(x, x0)));
    const put = relationsPut(g, encoding, others(between), x0);
    const [low, high] = ends(g, encoding);
    for (const columns of parts) {
      const mask = maskOf(g, encoding, columns);
      const own = g.where(mask, put, kept);
      const inside = norm === 'l0' ? g.bool(true) : insideBall(g, { x0, x: norm === 'linf' ? g.where(mask, put, x0) : own, norm, radius });
      const inRange = g.not(any(g, g.and(mask, g.node('Or', [g.less(put, low), g.greater(put, high)]))));
      const relations = (encoding.relations ?? []).filter((one) => columns.includes(columnsOfRelation(one)[0] as number));
      const keptAll = relations.map((one) => keepsOf(g, encoding, one, put)).reduce((a, b) => g.and(a, b));
      kept = g.where(g.and(g.and(inRange, inside), keptAll), own, kept);
    }
  }
  return kept;
}

/** Places of columns that belong together, by relations and by groups of which one is in a relation. */
function tied({ relations = [], groups }: PortsEncoding, norm: NumericMetric): number[][] {
  const related = relations.map(columnsOfRelation);
  const sets = [...related, ...groups.filter((group) => related.some((own) => own.some((at) => group.includes(at))))];
  if (norm !== 'linf') return [[...new Set(sets.flat())]];
  return sets.reduce<number[][]>((parts, set) => {
    const touching = parts.filter((part) => part.some((at) => set.includes(at)));
    return [...parts.filter((part) => !touching.includes(part)), [...new Set([...touching.flat(), ...set])]];
  }, []);
}

const maskOf = (g: GraphBuilder, { columns }: PortsEncoding, places: readonly number[]): Value =>
  g.greater(
    g.constant(
      floats(
        columns.map((_, at) => Number(places.includes(at))),
        [1, columns.length],
      ),
    ),
    g.scalar(0),
  );

const ends = (g: GraphBuilder, { columns }: PortsEncoding): [Value, Value] => {
  const row = (values: readonly number[]): Value => g.constant(floats(values, [1, values.length]));
  return [row(columns.map(({ low }) => low)), row(columns.map(({ high }) => high))];
};

/** [B, 1] */
const any = (g: GraphBuilder, flags: Value): Value => g.greater(g.sum(g.cast(flags, 'float32'), [1], true), g.scalar(0));

function insideBall(g: GraphBuilder, { x0, x, norm, radius }: Omit<Keeping, 'others'>): Value {
  const moved = g.abs(g.sub(g.cast(x, 'float64'), g.cast(x0, 'float64')));
  const size =
    norm === 'linf'
      ? g.reduceMax(moved, [1], true)
      : norm === 'l1'
        ? g.sum(moved, [1], true)
        : g.sqrt(g.sum(g.mul(moved, moved), [1], true));
  // An element is a float32: it is off by half of its last digit.
  const digits = g.mul(g.reduceMax(g.abs(g.cast(x0, 'float64')), [1], true), g.scalar(2 ** -22, moved));
  return g.not(g.greater(size, g.add(g.mul(radius, g.scalar(1 + BEYOND, moved)), digits)));
}

/** A column's values [B, 1] in its own units. */
function valueAt(g: GraphBuilder, encoding: PortsEncoding, x: Value, at: number): Value {
  const value = unrounded(g, encoding, x, at);
  return encoding.columns[at]?.whole ? g.node('Round', [value]) : value;
}

function unrounded(g: GraphBuilder, { columns }: PortsEncoding, x: Value, at: number): Value {
  const { scale, offset } = columns[at] as PortsEncoding['columns'][number];
  const element = g.cast(g.slice(x, 1, at, at + 1), 'float64');
  return g.add(g.mul(element, g.scalar(scale, element)), g.scalar(offset, element));
}

/** The column that a relation puts, where one may move. */
const ownOf = ({ columns }: PortsEncoding, relation: Relation): Bare | undefined =>
  bareColumns(relation).find(({ at }) => columns[at]?.movable);

/** Each relation in turn, as it was declared, puts its own column: what a term is, or as far as it may go. */
function relationsPut(g: GraphBuilder, encoding: PortsEncoding, x: Value, x0: Value): Value {
  return (encoding.relations ?? []).reduce((row, relation) => {
    const own = ownOf(encoding, relation);
    return own ? withColumn(g, row, own.at, elementPut(g, encoding, own, { x: row, x0 })) : row;
  }, x);
}

/** The row with every column that is a term written as that term: a slope at the result knows that moving a part moves the whole. */
export function asTerms(g: GraphBuilder, encoding: PortsEncoding, x: Value): Value {
  return (encoding.relations ?? []).reduce((row, relation) => {
    const own = ownOf(encoding, relation);
    if (own?.how !== 'is') return row;
    const { scale, offset } = encoding.columns[own.at] as PortsEncoding['columns'][number];
    const { value } = termOf(g, own.by, (at) => unrounded(g, encoding, row, at));
    return withColumn(g, row, own.at, g.cast(g.div(g.sub(value, g.scalar(offset, value)), g.scalar(scale, value)), 'float32'));
  }, x);
}

function elementPut(g: GraphBuilder, encoding: PortsEncoding, { at, by, how }: Bare, { x, x0 }: { x: Value; x0: Value }): Value {
  const { scale, offset, whole } = encoding.columns[at] as PortsEncoding['columns'][number];
  const { value } = termOf(g, by, (column) => valueAt(g, encoding, x, column));
  const before = valueAt(g, encoding, x, at);
  const rounded = !whole ? value : g.node(how === 'is' ? 'Round' : how === 'at-most' ? 'Floor' : 'Ceil', [value]);
  const put = how === 'is' ? rounded : how === 'at-most' ? g.min(before, rounded) : g.max(before, rounded);
  const like = { type: 'float64' as const };
  const element = g.cast(g.div(g.sub(put, g.scalar(offset, like)), g.scalar(scale, like)), 'float32');
  // Nothing divided by nothing: the row's own value, which is judged like any other.
  return g.where(g.equal(element, element), element, g.slice(x0, 1, at, at + 1));
}

function withColumn(g: GraphBuilder, x: Value, at: number, element: Value): Value {
  const size = x.shape[1] as number;
  const before = at === 0 ? [] : [g.slice(x, 1, 0, at)];
  const after = at === size - 1 ? [] : [g.slice(x, 1, at + 1, size)];
  return g.concat([...before, g.expand(element, [x.shape[0] as number, 1]), ...after], 1);
}

/** [B, 1] */
function keepsOf(g: GraphBuilder, encoding: PortsEncoding, relation: Relation, x: Value): Value {
  const column = (at: number): Value => valueAt(g, encoding, x, at);
  const [a, b] = [termOf(g, relation.left, column), termOf(g, relation.right, column)];
  const slack = g.mul(g.scalar(SLACK, a.value), g.add(a.size, b.size));
  // False of what is no number, and of what was divided by nothing.
  const finite = g.less(slack, g.scalar(1e300, slack));
  if (relation.kind === 'at-most') return g.and(finite, g.not(g.greater(a.value, g.add(b.value, slack))));
  const rounding = roundingOf(relation, (at) => encoding.columns[at]?.whole === true);
  const most = g.add(slack, g.scalar(rounding * (1 + SLACK), slack));
  return g.and(finite, g.not(g.greater(g.abs(g.sub(a.value, b.value)), most)));
}
