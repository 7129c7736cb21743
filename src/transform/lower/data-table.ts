/** Lowerings of quantisation, indexing, resizing, signal processing and control flow, by operator. */
import type { Lowering } from './context.ts';
import * as control from './control.ts';
import * as grid from './grid.ts';
import * as indexing from './indexing.ts';
import * as quantise from './quantise.ts';
import * as quantisedContrib from './quantised-contrib.ts';
import * as quantisedLinear from './quantised-linear.ts';
import { resize } from './resize.ts';
import * as scatter from './scatter.ts';
import * as sequences from './sequences.ts';
import * as signal from './signal.ts';
import * as windows from './windows.ts';

/** Of the ONNX domain. */
export const DATA: Readonly<Record<string, Lowering>> = {
  AffineGrid: grid.affineGrid,
  BlackmanWindow: signal.cosineWindow([0.42, -0.5, 0.08]),
  CenterCropPad: windows.centerCropPad,
  Col2Im: windows.col2Im,
  Compress: indexing.compress,
  ConcatFromSequence: sequences.concatFromSequence,
  ConvInteger: quantisedLinear.convInteger,
  DFT: signal.dft,
  DequantizeLinear: quantise.dequantizeLinear,
  DynamicQuantizeLinear: quantise.dynamicQuantizeLinear,
  GatherElements: indexing.gatherElements,
  GatherND: indexing.gatherND,
  GridSample: grid.gridSample,
  HammingWindow: signal.cosineWindow([25 / 46, -21 / 46]),
  HannWindow: signal.cosineWindow([0.5, -0.5]),
  If: control.branch,
  Loop: control.loop,
  MatMulInteger: quantisedLinear.matMulInteger,
  MaxUnpool: windows.maxUnpool,
  MelWeightMatrix: signal.melWeightMatrix,
  NonZero: indexing.nonZero,
  Optional: sequences.optional,
  OptionalGetElement: sequences.optional,
  OptionalHasElement: sequences.optionalHasElement,
  QLinearConv: quantisedLinear.qLinearConv,
  QLinearMatMul: quantisedLinear.qLinearMatMul,
  QuantizeLinear: quantise.quantizeLinear,
  Resize: resize,
  ReverseSequence: indexing.reverseSequence,
  STFT: signal.stft,
  Scan: control.scan,
  Scatter: scatter.scatterElements,
  ScatterElements: scatter.scatterElements,
  ScatterND: scatter.scatterND,
  SequenceAt: sequences.sequenceAt,
  SequenceConstruct: sequences.sequenceConstruct,
  SequenceEmpty: sequences.sequenceEmpty,
  SequenceErase: sequences.sequenceErase,
  SequenceInsert: sequences.sequenceInsert,
  SequenceLength: sequences.sequenceLength,
  SpaceToDepth: windows.spaceToDepth,
  SplitToSequence: sequences.splitToSequence,
  Upsample: resize,
};

/** Of ONNX Runtime's own set: what its static quantiser and its 4-bit quantiser write. */
export const DATA_CONTRIB: Readonly<Record<string, Lowering>> = {
  MatMulNBits: quantisedContrib.matMulNBits,
  QGemm: quantisedContrib.qGemm,
  QLinearAdd: quantisedContrib.qLinearAdd,
  QLinearGlobalAveragePool: quantisedContrib.qLinearGlobalAveragePool,
};
