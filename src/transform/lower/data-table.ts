/** Lowerings of quantisation, indexing, resizing, signal processing and control flow, by operator. */
import type { Lowering } from './context.ts';
import * as control from './control.ts';
import * as quantise from './quantise.ts';
import * as quantisedLinear from './quantised-linear.ts';
import { resize } from './resize.ts';

/** Of the ONNX domain. */
export const DATA: Readonly<Record<string, Lowering>> = {
  ConvInteger: quantisedLinear.convInteger,
  DequantizeLinear: quantise.dequantizeLinear,
  DynamicQuantizeLinear: quantise.dynamicQuantizeLinear,
  If: control.branch,
  Loop: control.loop,
  MatMulInteger: quantisedLinear.matMulInteger,
  QLinearConv: quantisedLinear.qLinearConv,
  QLinearMatMul: quantisedLinear.qLinearMatMul,
  QuantizeLinear: quantise.quantizeLinear,
  Resize: resize,
  Scan: control.scan,
  Upsample: resize,
};
