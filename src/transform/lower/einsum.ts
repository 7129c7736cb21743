/** Einsum of any number of operands: diagonals and sums of single operands, then pairs joined by MatMul or Mul from left to right. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { type Node, stringOf, type Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** An operand with one label for each of its axes. */
interface Term {
  readonly value: Value;
  readonly labels: readonly string[];
}

const without = (labels: readonly string[], others: readonly string[]): string[] => labels.filter((label) => !others.includes(label));
const both = (labels: readonly string[], others: readonly string[]): string[] => labels.filter((label) => others.includes(label));

export const einsum: Lowering = ({ g, node, inputs, input }) => {
  const values = inputs.map((_, i) => input(i));
  const { terms, output } = parsed(node, values);
  const sizes = new Map<string, number>();
  for (const { value, labels } of terms) {
    for (const [i, label] of labels.entries()) sizes.set(label, Math.max(sizes.get(label) ?? 1, value.shape[i] as number));
  }
  const plain = terms.map((term) => squeezed(g, diagonal(g, node, term), sizes));
  const joined = plain.reduce((left, right, i) => {
    const later = plain.slice(i + 1).flatMap(({ labels }) => labels);
    return joinedPair(g, left, right, [...output, ...later]);
  });
  const summed = summedTo(g, joined, output);
  // Axes that broadcasting shrank to 1 everywhere else are put back.
  const kept = both(output, summed.labels);
  const ordered = transposed(g, summed, kept);
  const shape = output.map((label) => (kept.includes(label) ? (sizes.get(label) as number) : 1));
  return [g.reshape(ordered.value, shape)];
};

/** The labels of every operand and of the output; the axes of an ellipsis are called .1, .2, … from the right, as broadcasting aligns them. */
function parsed(node: Node, values: readonly Value[]): { terms: Term[]; output: string[] } {
  const equation = stringOf(node, 'equation', '').replaceAll(/\s/g, '');
  const [left = '', right] = equation.split('->');
  const parts = left.split(',');
  if (parts.length !== values.length) shapeError(node, `the equation ${equation} is for ${parts.length} operands, not ${values.length}`);
  const terms = values.map((value, i) => ({ value, labels: labelsOf(node, parts[i] as string, value.shape.length) }));
  const all = terms.flatMap(({ labels }) => labels);
  const dots = [...new Set(all.filter((label) => label.startsWith('.')))].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const once = [...new Set(all)].filter((label) => !label.startsWith('.') && all.indexOf(label) === all.lastIndexOf(label)).sort();
  const output = right === undefined ? [...dots, ...once] : letters(right).flatMap((label) => (label === '...' ? dots : [label]));
  const odd = output.find((label, i) => !all.includes(label) || output.indexOf(label) !== i);
  if (odd) shapeError(node, `the equation ${equation} returns ${odd}, which no operand has or which it returns twice`);
  return { terms, output };
}

const letters = (part: string): string[] => part.match(/\.\.\.|[A-Za-z]/g) ?? [];

function labelsOf(node: Node, part: string, rank: number): string[] {
  const written = letters(part);
  const rest = rank - written.filter((label) => label !== '...').length;
  if (rest < 0 || (rest > 0 && !written.includes('...'))) shapeError(node, `${part} does not name the ${rank} axes of its operand`);
  return written.flatMap((label) => (label === '...' ? Array.from({ length: rest }, (_, i) => `.${rest - i}`) : [label]));
}

/** A label that stands twice in one operand is its diagonal: every (n + 1)-th element of the two axes flattened. */
function diagonal(g: GraphBuilder, node: Node, term: Term): Term {
  const label = term.labels.find((one, i) => term.labels.indexOf(one) !== i);
  if (label === undefined) return term;
  const axes = term.labels.flatMap((one, i) => (one === label ? [i] : [])).slice(0, 2);
  const [first, second] = axes.map((axis) => term.value.shape[axis] as number) as [number, number];
  if (first !== second) shapeError(node, `axis ${label} has the sizes ${first} and ${second}`);
  const others = [...term.labels.keys()].filter((axis) => !axes.includes(axis));
  const moved = g.transpose(term.value, [...others, ...axes]);
  const front = moved.shape.slice(0, -2);
  const value = g.slice(g.reshape(moved, [...front, first * first]), front.length, 0, first * first, first + 1);
  return diagonal(g, node, { value, labels: [...others.map((axis) => term.labels[axis] as string), label] });
}

/** Drops axes of size 1 that another operand broadcasts. */
function squeezed(g: GraphBuilder, { value, labels }: Term, sizes: ReadonlyMap<string, number>): Term {
  const kept = [...labels.keys()].filter((i) => value.shape[i] === sizes.get(labels[i] as string));
  return {
    value: g.reshape(
      value,
      kept.map((i) => value.shape[i] as number),
    ),
    labels: kept.map((i) => labels[i] as string),
  };
}

/** Sums away the axes that nothing needs any more. */
function summedTo(g: GraphBuilder, { value, labels }: Term, needed: readonly string[]): Term {
  const axes = labels.flatMap((label, i) => (needed.includes(label) ? [] : [i]));
  return { value: g.sum(value, axes), labels: both(labels, needed) };
}

function transposed(g: GraphBuilder, { value, labels }: Term, to: readonly string[]): Term {
  return {
    value: g.transpose(
      value,
      to.map((label) => labels.indexOf(label)),
    ),
    labels: to,
  };
}

/** One operand of two: what both keep stays in front, what both sum away is the inner dimension of a product of matrices. */
function joinedPair(g: GraphBuilder, a: Term, b: Term, needed: readonly string[]): Term {
  const left = summedTo(g, a, [...needed, ...b.labels]);
  const right = summedTo(g, b, [...needed, ...a.labels]);
  const shared = both(left.labels, right.labels);
  const [batch, inner] = [both(shared, needed), without(shared, needed)];
  const [rows, columns] = [without(left.labels, shared), without(right.labels, shared)];
  const size = (term: Term, labels: readonly string[]): number[] =>
    labels.map((label) => term.value.shape[term.labels.indexOf(label)] as number);
  const labels = [...batch, ...rows, ...columns];
  const shape = [...size(left, batch), ...size(left, rows), ...size(right, columns)];
  const [m, k, n] = [sizeOf(size(left, rows)), sizeOf(size(left, inner)), sizeOf(size(right, columns))];
  const front = size(left, batch);
  const p = g.reshape(transposed(g, left, [...batch, ...rows, ...inner]).value, [...front, m, k]);
  const q = g.reshape(transposed(g, right, [...batch, ...inner, ...columns]).value, [...front, k, n]);
  return { value: g.reshape(inner.length > 0 ? g.matmul(p, q) : g.mul(p, q), shape), labels };
}
