/** Functions of one value, patterns, casts, products and bits, opset by opset. */
import { type Attributes, float, int, ints, str } from '../../../src/onnx/graph.ts';
import { bools, type ElementType, floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Given, Lowered } from '../expect-lowering.ts';
import { positive, signed, typed } from './tensors.ts';

const x = [2, 3, 4];
const of = (
  op: string,
  opset: number,
  inputs: readonly Given[] = [x],
  attributes: Attributes = {},
  type: ElementType = 'float32',
): Lowered => ({
  op,
  opset,
  inputs,
  attributes,
  types: [type],
});

/** Within (−1, 1), the ends too where they have a value. */
const unit = { fed: floats([-1, -0.999, -0.5, 0, 1e-4, 0.3, 0.99, 1], [8]) };
const inside = { fed: floats([-0.999, -0.5, 0, 1e-4, 0.3, 0.99], [6]) };
const wide = { fed: floats([-20, -3, -1e-4, 0, 0.5, 40], [6]) };
const aboveOne = { fed: floats([1, 1.0001, 2, 50], [4]) };

const TRIGONOMETRY: readonly Lowered[] = [
  of('Acos', 7, [unit]),
  of('Acosh', 9, [aboveOne]),
  of('Asin', 22, [unit]),
  of('Asinh', 9, [wide]),
  of('Atan', 7, [wide]),
  of('Atanh', 9, [inside]),
  of('Cosh', 9, [wide]),
  of('Sinh', 22, [wide]),
  of('Tan', 7, [x]),
];

const CHOICES: readonly Lowered[] = [
  of('Where', 9, [bools([true], []), x, [1]]),
  of('Where', 16, [{ fed: bools([true, false, true], [3, 1]) }, int64s([1, 2, 3, 4]), int64s([7], [])], {}, 'int64'),
];

const GATES: readonly Lowered[] = [
  of('Swish', 24),
  of('Swish', 24, [x], { alpha: float(0.7) }),
  of('Shrink', 9),
  of('Shrink', 9, [x], { lambd: float(0.3), bias: float(0.2) }),
  of('Shrink', 9, [{ fed: typed('int32', Int32Array.of(-3, -1, 0, 1, 2, 3), [6]) }], { lambd: float(1.5), bias: float(1) }, 'int32'),
  of('Hardmax', 7, [[2, 3, 4]]),
  of('Hardmax', 11, [[2, 3, 4]], { axis: int(2) }),
  of('Hardmax', 11, [[2, 3, 4]], { axis: int(0) }),
  of('Hardmax', 13, [[2, 3, 4]], { axis: int(1) }),
  of('Hardmax', 13, [{ fed: floats([1, 2, 2, 0], [1, 4]) }]),
];

const PATTERNS: readonly Lowered[] = [
  of('Trilu', 14),
  of('Trilu', 14, [x, int64s([1], [])], { upper: int(0) }),
  of('Trilu', 14, [[5, 3], int64s([-1], [])]),
  of('Trilu', 14, [floats(Array(9).fill(Number.NEGATIVE_INFINITY), [3, 3]), int64s([1], [])]),
  of('Trilu', 14, [{ fed: bools(Array(9).fill(true), [3, 3]) }], {}, 'bool'),
  of('EyeLike', 9, [[3, 4]]),
  of('EyeLike', 9, [[4, 3]], { k: int(-1), dtype: int(7) }, 'int64'),
  of('OneHot', 9, [{ fed: int64s([0, 2, 5, -1], [2, 2]) }, int64s([4], []), floats([-1, 3], [2])]),
  of('OneHot', 11, [{ fed: int64s([0, 2, 3, -4], [2, 2]) }, int64s([4], [1]), [2]], { axis: int(0) }),
  of('OneHot', 11, [{ fed: int64s([0, 2, 3], [3]) }, int64s([4], []), int64s([0, 1], [2])], { axis: int(-2) }, 'int64'),
];

const CASTS: readonly Lowered[] = [
  of('CastLike', 15, [x, int64s([1])], {}, 'int64'),
  of('CastLike', 19, [{ fed: int64s([1, -2, 3], [3]) }, [1]]),
  of('Cast', 13, [x], { to: int(11) }, 'float64'),
  of('Cast', 13, [{ fed: typed('float64', Float64Array.of(1.5, -2.25, 1e10), [3]) }], { to: int(1) }),
  of('Cast', 13, [int64s([2 ** 40 + 1])], { to: int(11) }, 'float64'),
  of('Cast', 13, [{ fed: floats([1.7, -1.7, 100.2], [3]) }], { to: int(3) }, 'int8'),
  of('Cast', 13, [{ fed: bools([true, false]) }], { to: int(1) }),
  of('Cast', 9, [{ fed: floats([0, 0.3, -2], [3]) }], { to: int(9) }, 'bool'),
];

const products = [2, 3, 5];
const PRODUCTS: readonly Lowered[] = [
  of('ReduceProd', 7, [products]),
  of('ReduceProd', 11, [products], { axes: ints([0, -1]), keepdims: int(0) }),
  of('ReduceProd', 18, [products, int64s([1])]),
  of('ReduceProd', 18, [products, int64s([])], { noop_with_empty_axes: int(1) }),
  of('ReduceLogSumExp', 18, [
    { fed: floats([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 2, 88, 90], [3, 2]) },
    int64s([1]),
  ]),
  of('ReduceMax', 20, [{ fed: bools([true, false, false, false], [2, 2]) }, int64s([1])], {}, 'bool'),
  of('ReduceMin', 20, [{ fed: bools([true, true, false, true], [2, 2]) }, int64s([1])], {}, 'bool'),
];

const whole = { fed: typed('int32', Int32Array.of(-7, -4, 4, 7, 0, 9), [2, 3]) };
const bits = { fed: typed('uint8', Uint8Array.of(0b1100, 0b1010, 7, 255), [4]) };
const other = { fed: typed('uint8', Uint8Array.of(0b1010, 1, 2, 3), [4]) };
const INTEGERS: readonly Lowered[] = [
  of('Mod', 10, [whole, typed('int32', Int32Array.of(3, -3, 5), [3])], {}, 'int32'),
  of('Mod', 13, [whole, typed('int32', Int32Array.of(3, -3, 5), [3])], { fmod: int(1) }, 'int32'),
  of('Mod', 13, [x, signed([4])], { fmod: int(1) }),
  of('Pow', 13, [{ fed: typed('int32', Int32Array.of(4, 9, 16), [3]) }, floats([0.5], [])], {}, 'int32'),
  of('Pow', 15, [positive([3, 1]), [4]]),
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map((op) => of(op, 18, [bits, other], {}, 'uint8')),
  of('BitwiseNot', 18, [bits], {}, 'uint8'),
  ...['LEFT', 'RIGHT'].map((direction) => of('BitShift', 11, [bits, other], { direction: str(direction) }, 'uint8')),
];

export const FUNCTIONS: readonly Lowered[] = [...TRIGONOMETRY, ...CHOICES, ...GATES, ...PATTERNS, ...CASTS, ...PRODUCTS, ...INTEGERS];
