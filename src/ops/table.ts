/** Every core operator, exhaustively: a rule that is missing here does not compile. */
import { GibbonError } from '../base/errors.ts';
import { GraphBuilder, type InferNode } from '../onnx/build.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { and } from './and.ts';
import { argMax } from './arg-max.ts';
import { atan } from './atan.ts';
import { averagePool } from './average-pool.ts';
import { bitShift } from './bit-shift.ts';
import { bitwiseAnd } from './bitwise-and.ts';
import { bitwiseNot } from './bitwise-not.ts';
import { bitwiseOr } from './bitwise-or.ts';
import { bitwiseXor } from './bitwise-xor.ts';
import { cast } from './cast.ts';
import { ceil } from './ceil.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { cos } from './cos.ts';
import { cumSum } from './cum-sum.ts';
import { depthToSpace } from './depth-to-space.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { equal } from './equal.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { floor } from './floor.ts';
import { gather } from './gather.ts';
import { gemm } from './gemm.ts';
import { greater } from './greater.ts';
import { greaterOrEqual } from './greater-or-equal.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { identity } from './identity.ts';
import { isInf } from './is-inf.ts';
import { isNaN_ } from './is-nan.ts';
import { leakyRelu } from './leaky-relu.ts';
import { less } from './less.ts';
import { lessOrEqual } from './less-or-equal.ts';
import { log } from './log.ts';
import { logSoftmax } from './log-softmax.ts';
import { matmul } from './matmul.ts';
import { max } from './max.ts';
import { maxPool } from './max-pool.ts';
import { min } from './min.ts';
import { mod } from './mod.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { not } from './not.ts';
import { or } from './or.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { round } from './round.ts';
import type { OpRule } from './rule.ts';
import { scatterND } from './scatter-nd.ts';
import { sigmoid } from './sigmoid.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { transpose } from './transpose.ts';
import { where } from './where.ts';

export const CORE_OPS = [
  'Abs',
  'Add',
  'And',
  'ArgMax',
  'Atan',
  'AveragePool',
  'BitShift',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'Cast',
  'Ceil',
  'Clip',
  'Concat',
  'Conv',
  'ConvTranspose',
  'Cos',
  'CumSum',
  'DepthToSpace',
  'Div',
  'Dropout',
  'Equal',
  'Erf',
  'Exp',
  'Expand',
  'Floor',
  'Gather',
  'Gemm',
  'Greater',
  'GreaterOrEqual',
  'HardSigmoid',
  'Identity',
  'IsInf',
  'IsNaN',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Log',
  'LogSoftmax',
  'MatMul',
  'Max',
  'MaxPool',
  'Min',
  'Mod',
  'Mul',
  'Neg',
  'Not',
  'Or',
  'Pad',
  'Pow',
  'Reciprocal',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceSum',
  'Relu',
  'Reshape',
  'Resize',
  'Round',
  'ScatterND',
  'Sigmoid',
  'Sign',
  'Sin',
  'Slice',
  'Softmax',
  'Softplus',
  'Split',
  'Sqrt',
  'Sub',
  'Tanh',
  'Tile',
  'TopK',
  'Transpose',
  'Where',
] as const;

export type CoreOp = (typeof CORE_OPS)[number];

export const OPS: Readonly<Record<CoreOp, OpRule>> = {
  Abs: abs,
  Add: add,
  And: and,
  ArgMax: argMax,
  Atan: atan,
  AveragePool: averagePool,
  BitShift: bitShift,
  BitwiseAnd: bitwiseAnd,
  BitwiseNot: bitwiseNot,
  BitwiseOr: bitwiseOr,
  BitwiseXor: bitwiseXor,
  Cast: cast,
  Ceil: ceil,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Cos: cos,
  CumSum: cumSum,
  DepthToSpace: depthToSpace,
  Div: div,
  Dropout: dropout,
  Equal: equal,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Floor: floor,
  Gather: gather,
  Gemm: gemm,
  Greater: greater,
  GreaterOrEqual: greaterOrEqual,
  HardSigmoid: hardSigmoid,
  Identity: identity,
  IsInf: isInf,
  IsNaN: isNaN_,
  LeakyRelu: leakyRelu,
  Less: less,
  LessOrEqual: lessOrEqual,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matmul,
  Max: max,
  MaxPool: maxPool,
  Min: min,
  Mod: mod,
  Mul: mul,
  Neg: neg,
  Not: not,
  Or: or,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceMin: reduceMin,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Resize: resize,
  Round: round,
  ScatterND: scatterND,
  Sigmoid: sigmoid,
  Sign: sign,
  Sin: sin,
  Slice: slice,
  Softmax: softmax,
  Softplus: softplus,
  Split: split,
  Sqrt: sqrt,
  Sub: sub,
  Tanh: tanh,
  Tile: tile,
  TopK: topK,
  Transpose: transpose,
  Where: where,
};

export function isCore(op: string): op is CoreOp {
  return Object.hasOwn(OPS, op);
}

/** The rule of a core operator. @throws GibbonError E_OPERATOR_UNSUPPORTED */
export function ruleOf(op: string): OpRule {
  if (isCore(op)) return OPS[op];
  throw new GibbonError('E_OPERATOR_UNSUPPORTED', `${op} is not a core operator`, {
    hint: 'Lower the model first; `gibbon inspect` lists what Gibbon has rules for.',
  });
}

const infer: InferNode = (node, inputs, constant) => ruleOf(node.op).infer({ node, inputs, constant });

/** A builder that knows the core operators. */
export function newGraph(): GraphBuilder {
  return new GraphBuilder(infer);
}
