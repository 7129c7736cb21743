/**
 * Which values ONNX Runtime's CPU kernels hold in its blocked layout (NCHWc): a chain of operators that know the layout runs without
 * reordering, and additions in it become part of the convolution before them. A wrong answer here costs time, never values.
 */
import type { GraphBuilder } from '../onnx/build.ts';
import { intOf, ints, stringOf, type Value } from '../onnx/graph.ts';

/** Channels per block with AVX-512; a multiple of the smaller blocks of other CPUs. */
const BLOCK = 16;
/** Input channels of a convolution come in multiples of this. */
const ALIGNED = 4;

const KEEPS = new Set(['Relu', 'Sigmoid', 'Tanh', 'HardSigmoid']);
const JOINS = new Set(['Add', 'Mul']);

/** Answers whether a value of `g` comes out of its node in the blocked layout. */
export function blockedIn(g: GraphBuilder): (value: Value) => boolean {
  const known = new Map<string, boolean>();
  const blocked = (value: Value): boolean => {
    const found = known.get(value.name) ?? decided(value);
    known.set(value.name, found);
    return found;
  };
  const decided = (value: Value): boolean => {
    const node = g.producer(value);
    if (!node || value.type !== 'float32' || value.shape.length !== 4) return false;
    const inputs = node.inputs.filter((name) => name !== '').map((name) => g.value(name));
    if (node.op === 'Conv') return isBlockedConv(g, inputs, intOf(node, 'group', 1));
    if (node.op === 'MaxPool' || node.op === 'AveragePool') return (value.shape[1] as number) % BLOCK === 0;
    if (KEEPS.has(node.op)) return blocked(inputs[0] as Value);
    if (node.op === 'Resize') return stringOf(node, 'mode', 'nearest') === 'nearest' && blocked(inputs[0] as Value);
    if (node.op === 'Concat') return intOf(node, 'axis', 0) === 1 && inputs.every(blocked);
    return JOINS.has(node.op) && inputs.every((input) => input.shape.every((dim, i) => dim === value.shape[i]) && blocked(input));
  };
  return blocked;
}

function isBlockedConv(g: GraphBuilder, [, weights]: readonly Value[], group: number): boolean {
  if (!weights || !g.isFixed(weights)) return false;
  const [outputs, perGroup] = weights.shape as [number, number];
  if (group === 1) return perGroup < BLOCK || perGroup % ALIGNED === 0;
  if (perGroup === 1 && outputs === group) return outputs % ALIGNED === 0;
  return perGroup % ALIGNED === 0 && (outputs / group) % ALIGNED === 0;
}

/** Can these values be brought into the blocked layout? */
export const canEnter = ({ type, shape }: Value): boolean => type === 'float32' && shape.length === 4 && (shape[1] as number) % BLOCK === 0;

/** The same values, brought into the blocked layout: an average over windows of one element. */
export function entered(g: GraphBuilder, x: Value): Value {
  return g.node('AveragePool', [x], { kernel_shape: ints([1, 1]) });
}
