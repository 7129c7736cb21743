/**
 * Lowerings of quantisation. Values stay floats until an operator asks for integers: rounding has a straight-through gradient (Bengio et al.,
 * arXiv:1308.3432), and what saturates has none.
 */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, type Value } from '../../onnx/graph.ts';
import { type ElementType, elementTypeOf, numbers, sizeOf } from '../../onnx/tensor.ts';
import { axisOf, listOf } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { asFloats, asIntegers, PACKED } from './integers.ts';
import { refuseMixing } from './refuse.ts';

/** Smallest and largest value of each type that is quantised to; smaller integers are kept in 8 bits. */
const RANGES: Partial<Record<ElementType, readonly [number, number]>> = {
  int2: [-2, 1],
  int4: [-8, 7],
  int8: [-128, 127],
  int16: [-32768, 32767],
  uint2: [0, 3],
  uint4: [0, 15],
  uint8: [0, 255],
  uint16: [0, 65535],
};

const KEPT_AS: Partial<Record<ElementType, ElementType>> = { int2: 'int8', int4: 'int8', uint2: 'uint8', uint4: 'uint8' };

/**
 * round(x) + zero, saturated to the type's range, as floats. A constant zero point is added last, where a dequantiser that subtracts it again can
 * leave both out.
 */
export function saturated(g: GraphBuilder, x: Value, zero: Value | undefined, type: ElementType): Value {
  const [low, high] = RANGES[type] ?? refuseType(type);
  const whole = g.node('Round', [x]);
  if (!zero) return g.clip(whole, low, high);
  const constant = constantScalar(g, zero);
  if (constant === undefined) return g.clip(g.add(whole, zero), low, high);
  const clipped = g.clip(whole, low - constant, high - constant);
  return constant === 0 ? clipped : g.add(clipped, zero);
}

function refuseType(type: ElementType): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `quantisation to ${type} is not read`, { hint: 'Integers of 2, 4, 8 and 16 bits are.' });
}

/** The number behind a constant scalar, seen through casts and reshapes. */
function constantScalar(g: GraphBuilder, value: Value): number | undefined {
  const tensor = g.tensor(value);
  if (tensor) return sizeOf(tensor.shape) === 1 && !Object.hasOwn(PACKED, tensor.type) ? numbers(tensor)[0] : undefined;
  const node = g.producer(value);
  return node && (node.op === 'Cast' || node.op === 'Reshape') ? constantScalar(g, g.value(node.inputs[0] as string)) : undefined;
}

/** x − zero; what had the same zero point added last is given back as it was. */
function centredAt(g: GraphBuilder, x: Value, zero: Value): Value {
  const node = g.producer(x);
  if (node?.op === 'Add' && node.inputs[1] === zero.name) return g.value(node.inputs[0] as string);
  return constantScalar(g, zero) === 0 ? x : g.sub(x, zero);
}

/** The same as a value of the integer type. */
export const quantised = (g: GraphBuilder, x: Value, zero: Value | undefined, type: ElementType): Value =>
  asIntegers(g, saturated(g, x, zero, type), KEPT_AS[type] ?? type);

/** Scale or zero point, shaped to broadcast along `axis` where it is a vector. */
export function along(g: GraphBuilder, value: Value, axis: number, rank: number): Value {
  if (value.shape.length === 0 || value.shape[0] === 1) return g.reshape(value, []);
  const at = axis < 0 ? axis + rank : axis;
  return g.reshape(value, [value.shape[0] as number, ...listOf(rank - at - 1, () => 1)]);
}

/** Scale or zero point of blocks along `axis` (opset 21), repeated for every element. */
function blocked(g: GraphBuilder, value: Value, axis: number, { block, size }: { block: number; size: number }): Value {
  return g.node('Gather', [value, g.ints(listOf(size, (i) => Math.floor(i / block)))], { axis: int(axis) });
}

/** Shapes a scale or zero point for x: one for all, one for each slice along an axis, or one for each block. */
function shaper({ g, node, input }: LowerContext): (value: Value) => Value {
  const { shape } = input(0);
  const [axis, rank, block] = [intOf(node, 'axis', 1), shape.length, intOf(node, 'block_size', 0)];
  if (block === 0) return (value) => along(g, value, axis, rank);
  const at = axisOf(node, axis, rank);
  return (value) => blocked(g, value, at, { block, size: shape[at] as number });
}

/** y = (x − zero point)·scale */
export const dequantizeLinear: Lowering = (context) => {
  const { g, input, inputs } = context;
  const [scale, zero, shaped] = [input(1), inputs[2], shaper(context)];
  const wide = g.cast(asFloats(g, input(0)), scale.type);
  return [g.mul(zero ? centredAt(g, wide, shaped(g.cast(asFloats(g, zero), scale.type))) : wide, shaped(scale))];
};

/** y = saturate(round(x / scale) + zero point); the type is the zero point's, or `output_dtype` (opset 21), or uint8. */
export const quantizeLinear: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const [scale, zero, shaped] = [input(1), inputs[2], shaper(context)];
  const named = intOf(node, 'output_dtype', 0);
  const type = zero?.type ?? (named > 0 ? elementTypeOf(named) : 'uint8');
  const scaled = g.div(g.cast(asFloats(g, input(0)), scale.type), shaped(scale));
  return [quantised(g, scaled, zero && shaped(g.cast(asFloats(g, zero), scale.type)), type)];
};

/** Scale and zero point from the extremes of the whole tensor, 0 included; of a constant tensor of zeros, scale 1. */
export function dynamicScale(g: GraphBuilder, x: Value): { scale: Value; zero: Value } {
  const axes = x.shape.map((_, i) => i);
  const none = g.scalar(0, x);
  const extreme = (op: 'ReduceMax' | 'ReduceMin'): Value => g.node(op, [x, g.ints(axes)], { keepdims: int(0) });
  const [low, high] = [g.min(extreme('ReduceMin'), none), g.max(extreme('ReduceMax'), none)];
  const scale = g.where(g.equal(low, high), g.scalar(1, x), g.div(g.sub(high, low), g.scalar(255, x)));
  return { scale, zero: g.node('Round', [g.clip(g.neg(g.div(low, scale)), 0, 255)]) };
}

export const dynamicQuantizeLinear: Lowering = ({ g, node, input, rebatched = 1 }) => {
  const x = input(0);
  if (rebatched > 1 && !g.isFixed(x)) refuseMixing(node);
  const { scale, zero } = dynamicScale(g, x);
  return [quantised(g, g.div(x, scale), zero, 'uint8'), scale, asIntegers(g, zero, 'uint8')];
};
