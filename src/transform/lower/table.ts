/** Which operators of a file Gibbon can lower to its core, and how. */
import type { Node } from '../../onnx/graph.ts';
import { contribAttention, multiHeadAttention } from './attention-contrib.ts';
import { attention, rotaryEmbedding } from './attention-onnx.ts';
import { castLike, castTo } from './cast.ts';
import * as classical from './classical.ts';
import type { Lowering } from './context.ts';
import * as contrib from './contrib.ts';
import { cumProd } from './cumulative.ts';
import { DATA, DATA_CONTRIB } from './data-table.ts';
import { einsum } from './einsum.ts';
import * as elementwise from './elementwise.ts';
import * as functions from './functions.ts';
import * as linear from './linear.ts';
import * as losses from './losses.ts';
import * as normalise from './normalise.ts';
import * as patterns from './patterns.ts';
import * as pool from './pool.ts';
import { qualifiedName } from './qualified-name.ts';
import * as random from './random.ts';
import { gru, lstm, rnn } from './recurrent/cells.ts';
import * as reduce from './reduce.ts';
import * as structural from './structural.ts';

type Table = Readonly<Record<string, Lowering>>;

/** Lowerings of the ONNX domain, by operator. */
const ONNX: Table = {
  ...Object.fromEntries(elementwise.AS_IS.map((op) => [op, elementwise.asIs])),
  ...DATA,
  Acos: functions.acos,
  Acosh: functions.acosh,
  ArgMax: reduce.argMax,
  ArgMin: reduce.argMin,
  Asin: functions.asin,
  Asinh: functions.asinh,
  Atanh: functions.atanh,
  Attention: attention,
  AveragePool: pool.averagePool,
  BatchNormalization: linear.batchNormalization,
  Bernoulli: random.bernoulli,
  Cast: castTo,
  CastLike: castLike,
  Celu: elementwise.celu,
  Clip: elementwise.clip,
  Concat: structural.concat,
  Constant: structural.constant,
  ConstantOfShape: structural.constantOfShape,
  Conv: linear.conv,
  ConvTranspose: linear.conv,
  Cosh: functions.cosh,
  CumProd: cumProd,
  CumSum: structural.cumSum,
  DepthToSpace: elementwise.asIs,
  Dropout: structural.dropout,
  Einsum: einsum,
  Elu: elementwise.elu,
  Expand: structural.expand,
  EyeLike: patterns.eyeLike,
  Flatten: structural.flatten,
  Gather: structural.gather,
  Gelu: elementwise.gelu,
  Gemm: linear.gemm,
  GlobalAveragePool: pool.globalAveragePool,
  GlobalLpPool: pool.globalLpPool,
  GlobalMaxPool: pool.globalMaxPool,
  GroupNormalization: normalise.groupNormalization,
  GRU: gru,
  Hardmax: functions.hardmax,
  HardSwish: elementwise.hardSwish,
  Identity: structural.identity,
  InstanceNormalization: normalise.instanceNormalization,
  LayerNormalization: normalise.layerNormalization,
  LogSoftmax: reduce.softmax,
  LpNormalization: normalise.lpNormalization,
  LpPool: pool.lpPool,
  LRN: normalise.lrn,
  LSTM: lstm,
  MatMul: linear.matmul,
  Max: elementwise.variadic('Max'),
  MaxPool: pool.maxPool,
  Mean: elementwise.mean,
  MeanVarianceNormalization: normalise.meanVarianceNormalization,
  Min: elementwise.variadic('Min'),
  Mish: elementwise.mish,
  Mod: elementwise.mod,
  NegativeLogLikelihoodLoss: losses.negativeLogLikelihoodLoss,
  OneHot: patterns.oneHot,
  Pad: structural.pad,
  Pow: elementwise.pow,
  PRelu: elementwise.prelu,
  RandomNormal: random.randomNormal,
  RandomNormalLike: random.randomNormalLike,
  RandomUniform: random.randomUniform,
  RandomUniformLike: random.randomUniformLike,
  Range: structural.range,
  ReduceL1: reduce.reduceL1,
  ReduceL2: reduce.reduceL2,
  ReduceLogSum: reduce.reduceLogSum,
  ReduceLogSumExp: reduce.reduceLogSumExp,
  ReduceMax: reduce.reduceMax,
  ReduceMean: reduce.reduceMean,
  ReduceMin: reduce.reduceMin,
  ReduceProd: reduce.reduceProd,
  ReduceSum: reduce.reduceSum,
  ReduceSumSquare: reduce.reduceSumSquare,
  Reshape: structural.reshape,
  RMSNormalization: normalise.rmsNormalization,
  RNN: rnn,
  RotaryEmbedding: rotaryEmbedding,
  Selu: elementwise.selu,
  Shape: structural.shape,
  SimplifiedLayerNormalization: normalise.rmsNormalization,
  Shrink: functions.shrink,
  Sinh: functions.sinh,
  Size: structural.size,
  Slice: structural.slice,
  Softmax: reduce.softmax,
  SoftmaxCrossEntropyLoss: losses.softmaxCrossEntropyLoss,
  Softsign: elementwise.softsign,
  Split: structural.split,
  Squeeze: structural.squeeze,
  Sum: elementwise.variadic('Add'),
  Swish: functions.swish,
  Tan: functions.tan,
  ThresholdedRelu: elementwise.thresholdedRelu,
  Tile: structural.tile,
  TopK: reduce.topK,
  Transpose: structural.transpose,
  Trilu: patterns.trilu,
  Unsqueeze: structural.unsqueeze,
  Xor: elementwise.xor,
};

/**
 * Lowerings of ONNX Runtime's own operators, at most `CONTRIB_LIMIT` of them, for each is a format that one runtime alone defines. These are what
 * its graph optimiser (which Optimum and saved optimised models use) writes into encoders and image networks; four are what its static and its 4-bit quantiser write.
 */
const CONTRIB: Table = {
  ...DATA_CONTRIB,
  Attention: contribAttention,
  BiasGelu: contrib.fusedGelu('none'),
  EmbedLayerNormalization: contrib.embedLayerNormalization,
  FastGelu: contrib.fusedGelu('tanh'),
  FusedConv: contrib.fusedConv,
  FusedMatMul: contrib.fusedMatMul,
  MultiHeadAttention: multiHeadAttention,
  SkipLayerNormalization: contrib.skipLayerNormalization,
};

/** Lowerings of ai.onnx.ml, as far as it is linear. */
const CLASSICAL: Table = {
  ArrayFeatureExtractor: classical.arrayFeatureExtractor,
  Binarizer: classical.binarizer,
  FeatureVectorizer: classical.featureVectorizer,
  Imputer: classical.imputer,
  LinearClassifier: classical.linearClassifier,
  LinearRegressor: classical.linearRegressor,
  Normalizer: classical.normalizer,
  OneHotEncoder: classical.oneHotEncoder,
  Scaler: classical.scaler,
};

export const CONTRIB_LIMIT = 12;

/** Operator sets that Gibbon reads, by domain. */
const DOMAINS: Readonly<Record<string, Table>> = { '': ONNX, 'com.microsoft': CONTRIB, 'ai.onnx.ml': CLASSICAL };

export function loweringOf({ op, domain }: Pick<Node, 'op' | 'domain'>): Lowering | undefined {
  const table = Object.hasOwn(DOMAINS, domain) ? DOMAINS[domain] : undefined;
  return table && Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Every operator that can be lowered, by its qualified name, for the support page and `gibbon inspect`. */
export function loweredOperators(): string[] {
  return Object.entries(DOMAINS)
    .flatMap(([domain, table]) => Object.keys(table).map((op) => qualifiedName({ op, domain })))
    .sort();
}
