/** The linear part of ai.onnx.ml. */
import { type Attributes, float, int, ints, str } from '../../../src/onnx/graph.ts';
import { floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Given, Lowered } from '../expect-lowering.ts';

const list = (value: readonly number[]): Attributes[string] => ({ kind: 'floats', value });
const ml = (op: string, inputs: readonly Given[], attributes: Attributes, more: Partial<Lowered> = {}): Lowered => ({
  op,
  domain: 'ai.onnx.ml',
  opset: 1,
  inputs,
  attributes,
  ...more,
});

const x = [4, 3];
const ONE = { coefficients: list([0.5, -1, 2]), intercepts: list([0.1]) };
const THREE = { coefficients: list([0.5, -1, 2, -0.5, 1, -2, 0.25, 0, 1]), intercepts: list([0.1, -0.1, 0]) };
const classified: Partial<Lowered> = { outputs: 2, types: ['int64', 'float32'] };

export const CLASSICAL: readonly Lowered[] = [
  ml('Scaler', [x], { offset: list([1, 2, 3]), scale: list([2, 2, 0.5]) }),
  ml('Scaler', [int64s([1, 2, 3, 4, 5, 6], [2, 3])], { offset: list([1]), scale: list([2]) }),
  ...['MAX', 'L1', 'L2'].flatMap((norm) => [
    ml('Normalizer', [x], { norm: str(norm) }),
    ml('Normalizer', [{ fed: floats([0, 0, 0, -1, 2, -3], [2, 3]) }], { norm: str(norm) }),
  ]),
  ml('Imputer', [{ fed: floats([1, Number.NaN, 2, Number.NaN, 0, 0], [2, 3]) }], {
    imputed_value_floats: list([7, 8, 9]),
    replaced_value_float: float(Number.NaN),
  }),
  ml('Imputer', [{ fed: floats([1, 0, 2, 5, 0, 0], [2, 3]) }], { imputed_value_floats: list([7]), replaced_value_float: float(0) }),
  ml(
    'FeatureVectorizer',
    [
      [2, 1],
      [2, 3],
    ],
    { inputdimensions: ints([1, 3]) },
  ),
  ml('ArrayFeatureExtractor', [x, int64s([2, 0], [1, 2])], {}),
  ml('Binarizer', [x], { threshold: float(0.5) }),
  ml('OneHotEncoder', [{ fed: floats([1, 2, 0, 2.7, -1, 2], [2, 3]) }], { cats_int64s: ints([1, 2, 0]) }),
  ...['NONE', 'LOGISTIC', 'SOFTMAX'].flatMap((transform) => [
    ml(
      'LinearClassifier',
      [x],
      { ...THREE, classlabels_ints: ints([5, 3, 4]), post_transform: str(transform), multi_class: int(1) },
      classified,
    ),
    ml('LinearClassifier', [x], { ...ONE, classlabels_ints: ints([3, 7]), post_transform: str(transform) }, classified),
    ml('LinearRegressor', [x], { ...ONE, post_transform: str(transform) }),
    ml('LinearRegressor', [x], { ...THREE, targets: int(3), post_transform: str(transform) }),
  ]),
];
