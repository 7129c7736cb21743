/** Broadcasting as it was before operator set 7: only where a node asks for it, with the second operand lined up from an axis on. */
import { type Attributes, intOf, type Value } from '../../onnx/graph.ts';
import type { LowerContext } from './context.ts';

/** The first operator set in which shapes broadcast from the right, as in NumPy. */
const NUMPY = 7;

/** The operands, the second one given the trailing dimensions of 1 that `axis` implies. */
export function lined({ g, node, inputs, opset }: LowerContext): readonly (Value | undefined)[] {
  const [a, b, ...rest] = inputs;
  if (opset >= NUMPY || !a || !b || intOf(node, 'broadcast', 0) !== 1 || !node.attributes.axis) return inputs;
  const axis = intOf(node, 'axis', 0);
  const behind = a.shape.length - (axis < 0 ? axis + a.shape.length : axis) - b.shape.length;
  return [a, g.reshape(b, [...b.shape, ...Array<number>(Math.max(0, behind)).fill(1)]), ...rest];
}

/** The node's attributes without those that later operator sets dropped. */
export function current({ node, opset }: Pick<LowerContext, 'node' | 'opset'>): Attributes {
  if (opset >= NUMPY) return node.attributes;
  const { broadcast: _, consumed_inputs: __, axis, ...attributes } = node.attributes;
  return node.attributes.broadcast || axis === undefined ? attributes : { ...attributes, axis };
}

/** A slope for each channel, shaped to broadcast over [N, C, …]. */
export function perChannelSlope({ g, input, opset }: LowerContext): Value {
  const [x, slope] = [input(0), input(1)];
  const channels = opset < NUMPY && slope.shape.length === 1 && x.shape.length > 2 && slope.shape[0] === x.shape[1];
  return channels ? g.reshape(slope, [slope.shape[0] as number, ...x.shape.slice(2).map(() => 1)]) : slope;
}
