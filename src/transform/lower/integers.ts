/**
 * Integers seen as the floats that they are equal to: a quantiser's result keeps its float form, so that gradients pass through graphs of integer
 * operators. Sums are exact below 2²⁴, and rounded as float32 sums are above.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, Value } from '../../onnx/graph.ts';
import { isFloat, numbers, sizeOf, type Tensor } from '../../onnx/tensor.ts';

/** Operators that give whole numbers whatever they are given. */
const ROUNDING: ReadonlySet<string> = new Set(['Ceil', 'Floor', 'Round', 'Sign']);

/** Operators that give whole numbers for whole numbers, and how many of their first inputs are numbers. */
const WHOLE: Readonly<Record<string, number>> = {
  Abs: 1,
  Add: 2,
  Clip: 3,
  Concat: Number.POSITIVE_INFINITY,
  Conv: 3,
  DepthToSpace: 1,
  Expand: 1,
  Gather: 1,
  Identity: 1,
  MatMul: 2,
  Max: 2,
  MaxPool: 1,
  Min: 2,
  Mul: 2,
  Neg: 1,
  Pad: 1,
  ReduceMax: 1,
  ReduceMin: 1,
  ReduceSum: 1,
  Relu: 1,
  Reshape: 1,
  Slice: 1,
  Sub: 2,
  Tile: 1,
  Transpose: 1,
};

/** Those of them that may leave the range of a narrow integer type, where the integers begin again at the other end. */
const GROWING: ReadonlySet<string> = new Set(['Abs', 'Add', 'MatMul', 'Mul', 'Neg', 'ReduceSum', 'Sub']);
const WIDE: ReadonlySet<Value['type']> = new Set(['int32', 'int64']);

/** Constants larger than this are not looked through. */
const SMALL = 64;

/** Integers written as floats, as a value of the integer type: the caller sees to it that they are whole and in range. */
export const asIntegers = (g: GraphBuilder, floats: Value, type: Value['type']): Value => g.cast(floats, type);

/** The value as floats: what it was before it became integers where that is the same numbers, else a cast (through which no gradient passes). */
export function asFloats(g: GraphBuilder, value: Value): Value {
  if (isFloat(value.type)) return value;
  const tensor = g.tensor(value);
  if (tensor && Object.hasOwn(PACKED, tensor.type)) return g.cast(g.constant(unpacked(tensor)), 'float32');
  return floatForm(g, value) ?? g.cast(value, 'float32');
}

/** Integers of less than a byte: how many bits they have. */
export const PACKED: Partial<Record<Value['type'], number>> = { int2: 2, int4: 4, uint2: 2, uint4: 4 };

/** Several integers to a byte, the first in the lowest bits, as 8-bit integers. */
function unpacked({ type, shape, data }: Tensor): Tensor {
  const bits = PACKED[type] as number;
  const [range, isSigned] = [2 ** bits, type.startsWith('int')];
  const bytes = new Uint8Array(sizeOf(shape));
  for (let i = 0; i < bytes.length; i++) {
    const low = ((data[Math.floor((i * bits) / 8)] as number) >> ((i * bits) % 8)) & (range - 1);
    bytes[i] = isSigned && low >= range / 2 ? low - range : low;
  }
  return { type: isSigned ? 'int8' : 'uint8', shape, data: bytes };
}

function floatForm(g: GraphBuilder, value: Value): Value | undefined {
  const node = g.producer(value);
  // Booleans are not the numbers that they were cast from.
  if (!node || g.isFixed(value) || value.type === 'bool') return undefined;
  if (GROWING.has(node.op) && !WIDE.has(value.type)) return undefined;
  if (node.op === 'Cast') {
    const source = g.value(node.inputs[0] as string);
    return isFloat(source.type) && isWhole(g, source, new Map()) ? source : undefined;
  }
  return Object.hasOwn(WHOLE, node.op) && node.op !== 'Conv' && node.outputs.length === 1 ? rebuilt(g, node) : undefined;
}

/** The node again, on the float forms of its numbers; undefined where none of them has one. */
function rebuilt(g: GraphBuilder, node: Node): Value | undefined {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : g.value(name)));
  const data = inputs.slice(0, WHOLE[node.op]);
  const forms = data.map((input) => input && floatForm(g, input));
  if (forms.every((form) => form === undefined)) return undefined;
  const floats = data.map((input, i) => forms[i] ?? (input && g.cast(input, 'float32')));
  return g.node(node.op, [...floats, ...inputs.slice(floats.length)], node.attributes);
}

/** Is every element a whole number, whatever the data? */
function isWhole(g: GraphBuilder, value: Value, seen: Map<string, boolean>): boolean {
  if (!isFloat(value.type)) return true;
  const known = seen.get(value.name);
  if (known !== undefined) return known;
  const tensor = g.tensor(value);
  const whole = tensor ? sizeOf(tensor.shape) <= SMALL && numbers(tensor).every(Number.isInteger) : isWholeNode(g, g.producer(value), seen);
  seen.set(value.name, whole);
  return whole;
}

function isWholeNode(g: GraphBuilder, node: Node | undefined, seen: Map<string, boolean>): boolean {
  if (!node) return false;
  if (ROUNDING.has(node.op)) return true;
  const data = node.op === 'Cast' ? 1 : Object.hasOwn(WHOLE, node.op) ? (WHOLE[node.op] as number) : 0;
  return data > 0 && node.inputs.slice(0, data).every((name) => name === '' || isWhole(g, g.value(name), seen));
}
