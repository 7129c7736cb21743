/** Which operators of a file Gibbon can lower to its core, and how. */
import type { Node } from '../../onnx/graph.ts';
import type { Lowering } from './context.ts';
import { DATA } from './data-table.ts';
import { einsum } from './einsum.ts';
import * as elementwise from './elementwise.ts';
import * as linear from './linear.ts';
import * as normalise from './normalise.ts';
import * as pool from './pool.ts';
import * as reduce from './reduce.ts';
import * as structural from './structural.ts';

type Table = Readonly<Record<string, Lowering>>;

/** Lowerings of the ONNX domain, by operator. */
const ONNX: Table = {
  ...Object.fromEntries(elementwise.AS_IS.map((op) => [op, elementwise.asIs])),
  ...DATA,
  ArgMax: reduce.argMax,
  ArgMin: reduce.argMin,
  AveragePool: pool.averagePool,
  BatchNormalization: linear.batchNormalization,
  Cast: elementwise.castTo('float32'),
  Celu: elementwise.celu,
  Clip: elementwise.clip,
  Concat: structural.concat,
  Constant: structural.constant,
  ConstantOfShape: structural.constantOfShape,
  Conv: linear.conv,
  ConvTranspose: linear.conv,
  CumSum: structural.cumSum,
  DepthToSpace: elementwise.asIs,
  Dropout: structural.dropout,
  Einsum: einsum,
  Elu: elementwise.elu,
  Expand: structural.expand,
  Flatten: structural.flatten,
  Gather: structural.gather,
  Gelu: elementwise.gelu,
  Gemm: linear.gemm,
  GlobalAveragePool: pool.globalAveragePool,
  GlobalLpPool: pool.globalLpPool,
  GlobalMaxPool: pool.globalMaxPool,
  GroupNormalization: normalise.groupNormalization,
  HardSwish: elementwise.hardSwish,
  Identity: structural.identity,
  InstanceNormalization: normalise.instanceNormalization,
  LayerNormalization: normalise.layerNormalization,
  LogSoftmax: reduce.softmax,
  LpNormalization: normalise.lpNormalization,
  LpPool: pool.lpPool,
  LRN: normalise.lrn,
  MatMul: linear.matmul,
  Max: elementwise.variadic('Max'),
  MaxPool: pool.maxPool,
  Mean: elementwise.mean,
  MeanVarianceNormalization: normalise.meanVarianceNormalization,
  Min: elementwise.variadic('Min'),
  Mish: elementwise.mish,
  Pad: structural.pad,
  Pow: elementwise.pow,
  PRelu: elementwise.prelu,
  Range: structural.range,
  ReduceL1: reduce.reduceL1,
  ReduceL2: reduce.reduceL2,
  ReduceLogSum: reduce.reduceLogSum,
  ReduceLogSumExp: reduce.reduceLogSumExp,
  ReduceMax: reduce.reduceMax,
  ReduceMean: reduce.reduceMean,
  ReduceMin: reduce.reduceMin,
  ReduceSum: reduce.reduceSum,
  ReduceSumSquare: reduce.reduceSumSquare,
  Reshape: structural.reshape,
  RMSNormalization: normalise.rmsNormalization,
  Selu: elementwise.selu,
  Shape: structural.shape,
  SimplifiedLayerNormalization: normalise.rmsNormalization,
  Size: structural.size,
  Slice: structural.slice,
  Softmax: reduce.softmax,
  Softsign: elementwise.softsign,
  SpaceToDepth: structural.spaceToDepth,
  Split: structural.split,
  Squeeze: structural.squeeze,
  Sum: elementwise.variadic('Add'),
  ThresholdedRelu: elementwise.thresholdedRelu,
  Tile: structural.tile,
  TopK: reduce.topK,
  Transpose: structural.transpose,
  Unsqueeze: structural.unsqueeze,
  Xor: elementwise.xor,
};

/**
 * Lowerings of ONNX Runtime's own operators. The list is short on purpose, at most `CONTRIB_LIMIT` operators: each one is a format that only one
 * runtime defines.
 */
const CONTRIB: Table = {};

export const CONTRIB_LIMIT = 12;

/** Operator sets that Gibbon reads, by domain. */
const DOMAINS: Readonly<Record<string, Table>> = { '': ONNX, 'com.microsoft': CONTRIB, 'ai.onnx.ml': {} };

/** The name under which tables and reports list an operator: "Conv", "com.microsoft.BiasGelu". */
export const qualifiedName = ({ op, domain }: Pick<Node, 'op' | 'domain'>): string => (domain === '' ? op : `${domain}.${op}`);

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
