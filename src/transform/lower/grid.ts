/**
 * Lowerings of GridSample and AffineGrid. A sample reads pixel j with a weight that is a function of its distance to j, so that sampling is a
 * product with weights [samples, pixels] along each axis: differentiable in the image and in the places.
 */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, stringOf, type Value } from '../../onnx/graph.ts';
import { floats, sizeOf } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { sizeWithin } from './limits.ts';

/** Pixels beyond the edge that the taps of a cubic kernel may reach when places are clamped to two beyond it. */
const BEYOND = 4;

/** GridSample of x [N, C, …spatial] at grid [N, …out, axes], the last axis's coordinate first, in [−1, 1]. */
export const gridSample: Lowering = (context) => {
  const { g, node, input } = context;
  const mode = { bilinear: 'linear', bicubic: 'cubic' }[stringOf(node, 'mode', 'linear') as string] ?? stringOf(node, 'mode', 'linear');
  const padding = stringOf(node, 'padding_mode', 'zeros');
  const [image, grid] = [input(0), input(1)];
  const [batch, channels, ...spatial] = image.shape as [number, number, ...number[]];
  const out = grid.shape.slice(1, -1);
  if (mode === 'cubic' && padding === 'reflection') {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `GridSample ${node.name}: cubic samples with reflection are not read`, {
      hint: 'Attacks that need no gradients still work on this model.',
    });
  }
  const extends_ = mode === 'cubic' && padding === 'border' ? BEYOND : 0;
  const x = extended(g, image, extends_);
  const weights = spatial.map((size, i) => {
    const place = g.reshape(g.slice(grid, grid.shape.length - 1, spatial.length - 1 - i, spatial.length - i), [batch, 1, sizeOf(out)]);
    return weightsOf(context, place, { size, beyond: extends_, mode, padding });
  });
  const last = x.shape.at(-1) as number;
  // The last axis as a product of matrices: [N, C·…, W] × [N, W, P].
  const rows = g.reshape(x, [batch, sizeOf(x.shape.slice(1, -1)), last]);
  let y = g.reshape(g.matmul(rows, weights.at(-1) as Value), [...x.shape.slice(0, -1), sizeOf(out)]);
  for (const weight of weights.slice(0, -1).reverse()) {
    const at = y.shape.length - 2;
    const aligned = g.reshape(weight, [batch, ...Array<number>(at - 1).fill(1), ...weight.shape.slice(1)]);
    y = g.sum(g.mul(y, aligned), [at]);
  }
  return [g.reshape(y, [batch, channels, ...out])];
};

/** The image with its edge repeated `beyond` times around it. */
function extended(g: GraphBuilder, image: Value, beyond: number): Value {
  if (beyond === 0) return image;
  return image.shape.slice(2).reduce((x, size, i) => {
    const indices = Array.from({ length: size + 2 * beyond }, (_, at) => Math.min(Math.max(at - beyond, 0), size - 1));
    return g.node('Gather', [x, g.ints(indices)], { axis: int(i + 2) });
  }, image);
}

interface Along {
  readonly size: number;
  readonly beyond: number;
  readonly mode: string;
  readonly padding: string;
}

/** Weights [N, pixels, samples] along one axis for places [N, 1, samples] in [−1, 1]. */
function weightsOf({ g, node }: LowerContext, place: Value, { size, beyond, mode, padding }: Along): Value {
  const corners = intOf(node, 'align_corners', 0) === 1;
  const c = (value: number): Value => g.scalar(value, place);
  const moved = g.add(place, c(1));
  const at = corners ? g.mul(moved, c((size - 1) / 2)) : g.mul(g.sub(g.mul(moved, c(size)), c(1)), c(0.5));
  const whole = mode === 'nearest' ? steps(g, g.node('Round', [at])) : at;
  const inside = placed(g, whole, { size, mode, padding, corners });
  const pixels = g.constant(
    floats(
      [...Array(size + 2 * beyond).keys()].map((i) => i - beyond),
      [size + 2 * beyond, 1],
      place.type,
    ),
  );
  const ahead = g.sub(inside, pixels);
  if (mode === 'linear') return tent(g, ahead);
  const distance = g.abs(ahead);
  return mode === 'cubic' ? cubic(g, distance) : g.cast(g.less(distance, c(0.5)), place.type);
}

/** 1 − |d|, and 0 beyond 1. On a pixel it has the derivative to the right, as every implementation that starts from the pixel below. */
function tent(g: GraphBuilder, d: Value): Value {
  const c = (value: number): Value => g.scalar(value, d);
  const slope = g.where(g.less(d, c(0)), g.add(c(1), d), g.sub(c(1), d));
  const reaches = g.and(g.node('GreaterOrEqual', [d, c(-1)]), g.less(d, c(1)));
  return g.where(reaches, slope, c(0));
}

/** The place after padding: as it is, brought to the edge, or reflected at the border as often as it takes. */
function placed(g: GraphBuilder, at: Value, { size, mode, padding, corners }: Omit<Along, 'beyond'> & { corners: boolean }): Value {
  const c = (value: number): Value => g.scalar(value, at);
  if (padding === 'zeros') return at;
  if (padding === 'border') return mode === 'cubic' ? g.clip(at, -2, size + 1) : g.clip(at, 0, size - 1);
  const [low, high] = corners ? [0, size - 1] : [-0.5, size - 0.5];
  const span = high - low;
  if (span === 0) return g.mul(at, c(0));
  // A triangle wave of period 2·span.
  const shifted = g.div(g.sub(at, c(low)), c(2 * span));
  const phase = g.sub(shifted, steps(g, g.node('Floor', [shifted])));
  const folded = g.add(g.mul(g.min(phase, g.sub(c(1), phase)), c(2 * span)), c(low));
  const reflected = g.clip(folded, 0, size - 1);
  return mode === 'nearest' ? steps(g, g.node('Round', [reflected])) : reflected;
}

/** Whole numbers as steps: no gradient passes, neither their own nor a stand-in. */
const steps = (g: GraphBuilder, whole: Value): Value => g.cast(g.cast(whole, 'int64'), whole.type);

/** Keys' cubic convolution kernel with a = −0.75 of a distance. */
function cubic(g: GraphBuilder, d: Value): Value {
  const c = (value: number): Value => g.scalar(value, d);
  const a = -0.75;
  const polynomial = (...coefficients: number[]): Value =>
    coefficients.slice(1).reduce((sum, k) => g.add(g.mul(sum, d), c(k)), c(coefficients[0] as number));
  const near = polynomial(a + 2, -(a + 3), 0, 1);
  const far = polynomial(a, -5 * a, 8 * a, -4 * a);
  return g.where(g.less(d, c(1)), near, g.where(g.less(d, c(2)), far, c(0)));
}

/** AffineGrid: the places of every output pixel under theta [N, axes, axes + 1]. */
export const affineGrid: Lowering = async ({ g, node, input, numbers }) => {
  const theta = input(0);
  const [batch, , ...out] = (await numbers(1)) ?? shapeError(node, 'it has no size');
  const corners = intOf(node, 'align_corners', 0) === 1;
  const place = (i: number, size: number): number => (corners ? (size === 1 ? -1 : (2 * i) / (size - 1) - 1) : (2 * i + 1) / size - 1);
  const count = sizeWithin(node, sizeOf(out), 1);
  const base = Array.from({ length: count }, (_, flat) => {
    const coordinates = out.map((size, axis) => place(Math.floor(flat / sizeOf(out.slice(axis + 1))) % size, size));
    return [...coordinates.reverse(), 1];
  }).flat();
  const places = g.matmul(g.constant(floats(base, [count, out.length + 1], theta.type)), g.transposed(theta));
  return [g.reshape(places, [batch as number, ...out, out.length])];
};
