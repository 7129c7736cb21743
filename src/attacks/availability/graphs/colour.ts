/** Colours of planes x [B, C, H, W] in RGB: brightness, luminance, colours for pictures with and without colour. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import type { Value } from '../../../onnx/graph.ts';
import { floats } from '../../../onnx/tensor.ts';

/** ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Luminance [B, 1, H, W]; the plane itself, or the mean of planes, where there are not three. */
export function luminance(g: GraphBuilder, x: Value): Value {
  const channels = x.shape[1] as number;
  if (channels === 1) return x;
  const weights = channels === 3 ? LUMA : Array<number>(channels).fill(1 / channels);
  return g.sum(g.mul(x, g.constant(floats(weights, [1, channels, 1, 1]))), [1], true);
}

/** The V of HSV, [B, 1, H, W]. */
export const brightest = (g: GraphBuilder, x: Value): Value => g.reduceMax(x, [1], true);

/** A colour in [0, 255] as planes [1, C, 1, 1]; its luminance where pictures have no colour. */
export function paint(g: GraphBuilder, rgb: readonly [number, number, number], channels: number): Value {
  const grey = rgb.reduce((sum, v, i) => sum + v * (LUMA[i] as number), 0);
  const values = channels === 3 ? rgb : Array<number>(channels).fill(grey);
  return g.constant(
    floats(
      values.map((v) => v / 255),
      [1, channels, 1, 1],
    ),
  );
}
