/** Takes pixels from elsewhere: by index, bilinearly at any place, and along a line (motion). */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, type Value } from '../../../onnx/graph.ts';
import { floats, int64s } from '../../../onnx/tensor.ts';

type Shape4 = [number, number, number, number];

/** Pixels of x [B, C, H, W] at flat places [B, n] (int64): [B, n, C]. */
export function pixelsAt(g: GraphBuilder, x: Value, places: Value): Value {
  const [batch, channels, height, width] = x.shape as Shape4;
  const pixels = g.reshape(g.transpose(x, [0, 2, 3, 1]), [batch * height * width, channels]);
  const first = Array.from({ length: batch }, (_, i) => i * height * width);
  const all = g.add(places, g.constant(int64s(first, [batch, 1])));
  return g.node('Gather', [pixels, all], { axis: int(0) });
}

/** [B, H·W, C] as planes again. */
export function asPlanes(g: GraphBuilder, pixels: Value, [batch, channels, height, width]: Shape4): Value {
  return g.transpose(g.reshape(pixels, [batch, height, width, channels]), [0, 3, 1, 2]);
}

/** Row and column numbers of a picture, [1, H·W] float32. */
export function grid(g: GraphBuilder, height: number, width: number): { rows: Value; columns: Value } {
  const of = (value: (i: number) => number): Value =>
    g.constant(
      floats(
        Array.from({ length: height * width }, (_, i) => value(i)),
        [1, height * width],
      ),
    );
  return { rows: of((i) => Math.floor(i / width)), columns: of((i) => i % width) };
}

/** Folds places that lie outside back, mirrored with the edge (cba|abc) or about it; right for places up to one size away. */
function folded(g: GraphBuilder, at: Value, size: number, border: 'reflect' | 'mirror' | 'nearest'): Value {
  if (border === 'nearest') return g.clip(at, 0, size - 1);
  const [low, high] = border === 'reflect' ? [-1, 2 * size - 1] : [0, 2 * size - 2];
  const up = g.where(g.less(at, g.scalar(0)), g.sub(g.scalar(low), at), at);
  const down = g.where(g.greater(up, g.scalar(size - 1)), g.sub(g.scalar(high), up), up);
  return g.clip(down, 0, size - 1);
}

/** Bilinear values of x [B, C, H, W] at rows and columns [B or 1, H·W]. */
export function sampled(g: GraphBuilder, x: Value, rows: Value, columns: Value, border: 'reflect' | 'mirror' | 'nearest'): Value {
  const [batch, channels, height, width] = x.shape as Shape4;
  const area = rows.shape[1] as number;
  const split = (at: Value): { whole: Value; part: Value } => {
    const all = g.expand(at, [batch, area]);
    const whole = g.node('Floor', [all]);
    return { whole, part: g.reshape(g.sub(all, whole), [batch, area, 1]) };
  };
  const [r, c] = [split(rows), split(columns)];
  const at = (down: number, right: number): Value => {
    const row = folded(g, g.add(r.whole, g.scalar(down)), height, border);
    const column = folded(g, g.add(c.whole, g.scalar(right)), width, border);
    return pixelsAt(g, x, g.cast(g.add(g.mul(row, g.scalar(width)), column), 'int64'));
  };
  const blend = (a: Value, b: Value, share: Value): Value => g.add(a, g.mul(share, g.sub(b, a)));
  const top = blend(at(0, 0), at(0, 1), c.part);
  const bottom = blend(at(1, 0), at(1, 1), c.part);
  return asPlanes(g, blend(top, bottom, r.part), [batch, channels, height, width]);
}

/**
 * Motion blur as ImageMagick does it: the weighted mean of pixels along a line, σ being the standard deviation of the weights from its start on.
 * @param steps [B, 2, K] offsets (row, column) of each of the K pixels, whole numbers
 */
export function along(g: GraphBuilder, x: Value, steps: Value, weights: readonly number[]): Value {
  const [batch, channels, height, width] = x.shape as Shape4;
  const [count, area] = [weights.length, height * width];
  const { rows, columns } = grid(g, height, width);
  const moved = (axis: number, start: Value, size: number): Value => {
    const offsets = g.reshape(g.slice(steps, 1, axis, axis + 1), [batch, count, 1]);
    return g.clip(g.add(g.reshape(start, [1, 1, area]), offsets), 0, size - 1);
  };
  const places = g.add(g.mul(moved(0, rows, height), g.scalar(width)), moved(1, columns, width));
  const pixels = pixelsAt(g, x, g.cast(g.reshape(places, [batch, count * area]), 'int64'));
  const mixed = g.matmul(g.constant(floats(weights, [1, count])), g.reshape(pixels, [batch, count, area * channels]));
  return asPlanes(g, mixed, [batch, channels, height, width]);
}

/** Weights of the pixels of a motion blur of this radius: 2·radius + 1 of them, a falling half of a Gaussian. */
export function trail(radius: number, sigma: number): number[] {
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(i ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => v / total);
}

/** Where a motion in this direction (degrees, clockwise from the right) takes its pixels from: [2 × count] offsets. */
export function stepsTowards(angle: number, count: number): Float32Array {
  const radians = (angle * Math.PI) / 180;
  const back =
    (unit: number): ((i: number) => number) =>
    (i) =>
      Math.ceil(i * unit - 0.5) + 0;
  return Float32Array.from({ length: 2 * count }, (_, i) => (i < count ? back(Math.sin(radians))(i) : back(Math.cos(radians))(i - count)));
}
