/** Lowerings of the linear part of ai.onnx.ml: preprocessing and linear models, as scikit-learn's converters write them. */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { type Attribute, floatOf, int, intOf, intsOf, type Node, stringOf, type Value } from '../../onnx/graph.ts';
import { floats, int64s } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** @throws GibbonError E_MODEL_UNSUPPORTED */
function refuse({ op, name }: Node, what: string): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name}: ${what}`, {
    hint: 'Attacks that need only labels still work on this model.',
  });
}

function numbersOf(node: Node, name: string): readonly number[] | undefined {
  const attribute: Attribute | undefined = node.attributes[name];
  return attribute?.kind === 'floats' ? attribute.value : undefined;
}

/** Rows of features in float32, whatever number type they came in; a vector is one row. */
function rows(g: GraphBuilder, x: Value): Value {
  const wide = g.cast(x, 'float32');
  return x.shape.length === 1 ? g.reshape(wide, [1, ...x.shape]) : wide;
}

/** Scaler: (x − offset)·scale, each for all features or one for each. */
export const scaler: Lowering = ({ g, node, input }) => {
  const list = (name: string, fallback: number): Value => {
    const values = numbersOf(node, name) ?? [fallback];
    return g.constant(floats(values, values.length === 1 ? [] : [values.length]));
  };
  return [g.mul(g.sub(g.cast(input(0), 'float32'), list('offset', 0)), list('scale', 1))];
};

/** Normalizer: each row divided by its largest value, the sum of its magnitudes or its length; rows of zeros stay. */
export const normalizer: Lowering = ({ g, node, input }) => {
  const x = g.cast(input(0), 'float32');
  const last = [x.shape.length - 1];
  const size = (): Value => {
    const norm = stringOf(node, 'norm', 'MAX');
    if (norm === 'MAX') return g.reduceMax(x, last, true);
    if (norm === 'L1') return g.sum(g.abs(x), last, true);
    // A root has no slope at 0: what is 0 is replaced before.
    const squares = g.sum(g.mul(x, x), last, true);
    return g.sqrt(nonZero(g, squares));
  };
  return [g.div(x, nonZero(g, size()))];
};

const nonZero = (g: GraphBuilder, x: Value): Value => g.where(g.equal(x, g.scalar(0, x)), g.expand(g.scalar(1, x), x.shape), x);

/** Imputer: a marked value, or NaN, replaced by one number for all features or one for each. */
export const imputer: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const values = numbersOf(node, 'imputed_value_floats');
  if (!values || x.type !== 'float32') refuse(node, 'only floats are replaced');
  const marked = floatOf(node, 'replaced_value_float', 0);
  const missing = Number.isNaN(marked) ? g.node('IsNaN', [x]) : g.equal(x, g.scalar(marked, x));
  return [g.where(missing, g.constant(floats(values, values.length === 1 ? [] : [values.length])), x)];
};

/** FeatureVectorizer: all inputs side by side. */
export const featureVectorizer: Lowering = ({ g, node, inputs }) => {
  const sizes = intsOf(node, 'inputdimensions', []);
  const parts = inputs.flatMap((value, i) => {
    if (!value) return [];
    const row = rows(g, value);
    if (row.shape.length !== 2 || (sizes[i] !== undefined && sizes[i] !== row.shape[1])) shapeError(node, `input ${i} is [${value.shape}]`);
    return [row];
  });
  return [g.concat(parts, 1)];
};

/** ArrayFeatureExtractor: chosen features. */
export const arrayFeatureExtractor: Lowering = ({ g, input }) => {
  const [x, at] = [input(0), input(1)];
  const chosen = g.node('Gather', [x, g.reshape(at, [at.shape.reduce((a, b) => a * b, 1)])], { axis: int(x.shape.length - 1) });
  return [x.shape.length === 1 ? g.reshape(chosen, [1, ...chosen.shape]) : chosen];
};

/** Binarizer: 1 above the threshold, else 0; no gradient passes. */
export const binarizer: Lowering = ({ g, node, input }) => {
  const x = g.cast(input(0), 'float32');
  return [g.cast(g.greater(x, g.scalar(floatOf(node, 'threshold', 0), x)), x.type)];
};

/** OneHotEncoder of whole numbers; no gradient passes. */
export const oneHotEncoder: Lowering = ({ g, node, input }) => {
  const classes = intsOf(node, 'cats_int64s');
  if (!classes) refuse(node, 'its categories are text');
  // Without a class for them the runtime fails, which a graph cannot.
  const whole = g.cast(input(0), 'int64');
  return [g.cast(g.equal(g.reshape(whole, [...whole.shape, 1]), g.constant(int64s(classes))), 'float32')];
};

/** The scores of a linear model, [N, rows of coefficients]. */
function scores(g: GraphBuilder, node: Node, x: Value, count: number): Value {
  const row = rows(g, x);
  const features = row.shape[1] as number;
  const coefficients = numbersOf(node, 'coefficients') ?? [];
  if (row.shape.length !== 2 || coefficients.length !== count * features) {
    shapeError(node, `${coefficients.length} coefficients do not fit an input of shape [${x.shape}]`);
  }
  const weights = g.constant(floats(coefficients, [count, features]));
  const intercepts = numbersOf(node, 'intercepts');
  const bias = intercepts ? [g.constant(floats(intercepts, [count]))] : [];
  return g.node('Gemm', [row, weights, ...bias], { transB: int(1) });
}

function transformed(g: GraphBuilder, node: Node, z: Value): Value {
  const transform = stringOf(node, 'post_transform', 'NONE');
  if (transform === 'LOGISTIC') return g.node('Sigmoid', [z]);
  if (transform === 'SOFTMAX') return g.node('Softmax', [z]);
  return transform === 'NONE' ? z : refuse(node, `post_transform ${transform} is not read`);
}

/** LinearClassifier: label and scores; labels that are text are left out. One row of coefficients for two classes gives 1 − s beside s. */
export const linearClassifier: Lowering = ({ g, node, input }) => {
  const count = numbersOf(node, 'intercepts')?.length ?? 0;
  const z = scores(g, node, input(0), count);
  const labels = intsOf(node, 'classlabels_ints');
  const label = (chosen: Value): Value | undefined => labels && g.node('Gather', [g.constant(int64s(labels)), chosen]);
  if (count > 1) return [label(g.node('ArgMax', [z], { axis: int(1), keepdims: int(0) })), transformed(g, node, z)];
  const positive = label(g.cast(g.reshape(g.greater(z, g.scalar(0, z)), [z.shape[0] as number]), 'int64'));
  const logistic = stringOf(node, 'post_transform', 'NONE') === 'LOGISTIC';
  const one = g.scalar(1, z);
  // The runtime has 1 − σ(s) in place of σ(−s); this one keeps its gradient where σ(s) rounds to 1.
  const pair = logistic ? [g.node('Sigmoid', [g.neg(z)]), g.node('Sigmoid', [z])] : [g.sub(one, z), z];
  return [positive, g.concat(pair, 1)];
};

/** LinearRegressor: one target is never transformed. */
export const linearRegressor: Lowering = ({ g, node, input }) => {
  const count = intOf(node, 'targets', 1);
  const z = scores(g, node, input(0), count);
  return [count === 1 ? z : transformed(g, node, z)];
};
