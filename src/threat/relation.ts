/** Relations between the columns of a table (a total, an order, a ratio), as plain JSON and as graphs over their values. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';

export type Operation = '+' | '-' | '*' | '/';

/** A number, a column by its place, or two of these with an operation between them. */
export type Term =
  | { readonly number: number }
  | { readonly column: number }
  | { readonly op: Operation; readonly left: Term; readonly right: Term };

export interface Relation {
  /** As it was written. */
  readonly text: string;
  /** `equal`: left = right; `at-most`: left ≤ right. */
  readonly kind: 'equal' | 'at-most';
  readonly left: Term;
  readonly right: Term;
}

/** What the arithmetic of float32 rows may be off by, in parts of the sum of all terms without their signs. */
export const SLACK = 1e-5;

/** The columns that a term reads. */
export function columnsOf(term: Term): number[] {
  if ('column' in term) return [term.column];
  return 'op' in term ? [...new Set([...columnsOf(term.left), ...columnsOf(term.right)])] : [];
}

export const columnsOfRelation = ({ left, right }: Relation): number[] => [...new Set([...columnsOf(left), ...columnsOf(right)])];

/** What a term is for one row, and the same without signs: what rounding errors are measured by. */
export function termOn(term: Term, value: (column: number) => number): { readonly value: number; readonly size: number } {
  if ('number' in term) return { value: term.number, size: Math.abs(term.number) };
  if ('column' in term) return { value: value(term.column), size: Math.abs(value(term.column)) };
  const [a, b] = [termOn(term.left, value), termOn(term.right, value)];
  switch (term.op) {
    case '+':
      return { value: a.value + b.value, size: a.size + b.size };
    case '-':
      return { value: a.value - b.value, size: a.size + b.size };
    case '*':
      return { value: a.value * b.value, size: a.size * b.size };
    default:
      return { value: a.value / b.value, size: a.size / Math.abs(b.value) };
  }
}

/** The same as a graph; columns are values [B, 1] in double precision. */
export function termOf(g: GraphBuilder, term: Term, column: (at: number) => Value): { readonly value: Value; readonly size: Value } {
  if ('number' in term) {
    const value = (x: number): Value => g.scalar(x, { type: 'float64' });
    return { value: value(term.number), size: value(Math.abs(term.number)) };
  }
  if ('column' in term) return { value: column(term.column), size: g.abs(column(term.column)) };
  const [a, b] = [termOf(g, term.left, column), termOf(g, term.right, column)];
  switch (term.op) {
    case '+':
      return { value: g.add(a.value, b.value), size: g.add(a.size, b.size) };
    case '-':
      return { value: g.sub(a.value, b.value), size: g.add(a.size, b.size) };
    case '*':
      return { value: g.mul(a.value, b.value), size: g.mul(a.size, b.size) };
    default:
      return { value: g.div(a.value, b.value), size: g.div(a.size, g.abs(b.value)) };
  }
}

/** A column that stands alone on one side, and what the other side says of it. */
export interface Bare {
  readonly at: number;
  readonly by: Term;
  /** `is`: the column is the term; otherwise it is at most or at least the term. */
  readonly how: 'is' | 'at-most' | 'at-least';
}

/** The columns that a relation says something about directly, the left one first. */
export function bareColumns({ kind, left, right }: Relation): Bare[] {
  const alone = (own: Term, by: Term, how: Bare['how']): Bare[] =>
    'column' in own && !columnsOf(by).includes(own.column) ? [{ at: own.column, by, how }] : [];
  if (kind === 'equal') return [...alone(left, right, 'is'), ...alone(right, left, 'is')];
  return [...alone(left, right, 'at-most'), ...alone(right, left, 'at-least')];
}

/** Does a row keep the relation? Whole columns that are a term are that term rounded. */
export function keeps(relation: Relation, value: (column: number) => number, isWhole: (column: number) => boolean): boolean {
  const [a, b] = [termOn(relation.left, value), termOn(relation.right, value)];
  const slack = SLACK * (a.size + b.size);
  // Divided by nothing.
  if (!Number.isFinite(slack)) return false;
  if (relation.kind === 'at-most') return a.value <= b.value + slack;
  return Math.abs(a.value - b.value) <= slack + roundingOf(relation, isWhole);
}

/** Half a unit where a whole column is a term. */
export const roundingOf = (relation: Relation, isWhole: (column: number) => boolean): number =>
  relation.kind === 'equal' && bareColumns(relation).some(({ at }) => isWhole(at)) ? 0.5 : 0;
