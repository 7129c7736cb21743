/** Measures of a perturbation, as graphs: distances in four norms, structural similarity, and the candidate rounded to 8 bits inside the ball. */
import { lengthOf } from '../base/code-points.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { normOf } from '../threat/ball.ts';
import { editDistance } from '../threat/edits.ts';
import { distanceIn, isNorm, type Metric, type NumericMetric } from '../threat/metric.ts';
import { imageSize } from './rows.ts';
import type { Target } from './target.ts';

export interface Measures {
  readonly l0: number;
  readonly l1: number;
  readonly l2: number;
  readonly linf: number;
  /** Wang et al. 2004, equation 13, mean over windows and channels; null where the data is not images. */
  readonly ssim: number | null;
  /** Text: insertions, deletions and replacements of a character (Levenshtein); the norms then hold the same number. */
  readonly edits?: number;
  /** Edits for each character of the original. */
  readonly editShare?: number;
  /** Norms of the original, in which float32 rounding is measured. */
  readonly size: { readonly l1: number; readonly l2: number; readonly linf: number };
}

/**
 * Is the candidate in the ball? x0 + d is rounded to float32, element by element by at most 2⁻²⁴ of its size: so the distance may come out
 * larger by 2⁻²³·(‖x0‖ + epsilon); a further 10⁻⁴ of epsilon is left for the arithmetic of projections.
 */
export function isInside(measures: Measures, norm: Metric, epsilon: number): boolean {
  if (!isNorm(norm)) return distanceIn(measures, norm) <= epsilon;
  return measures[norm] <= epsilon * (1 + 1e-4) + 2 ** -23 * (measures.size[norm] + epsilon);
}

/** Pairs per run: few where they are large, so that a graph of many intermediates stays small. */
function batchOf({ size }: Pick<Target, 'size'>): number {
  return Math.max(1, Math.min(32, Math.floor(200_000 / size)));
}

/** Elements that differ by less than this do not count in L0: float32 rounding at 1. */
const SAME = 1e-7;

export interface Pair {
  readonly original: Float32Array;
  readonly candidate: Float32Array;
}

function measuredText({ original, candidate }: Pair): Measures {
  const edits = editDistance(original, candidate);
  const length = lengthOf(original);
  const size = { l1: length, l2: length, linf: length };
  return { l0: edits, l1: edits, l2: edits, linf: edits, ssim: null, edits, editShare: edits / Math.max(1, length), size };
}

/** Distances of each pair. */
export async function measure(target: Target, pairs: readonly Pair[]): Promise<Measures[]> {
  const { preprocessing } = target;
  if (preprocessing.modality === 'text') return pairs.map(measuredText);
  const batch = batchOf(target);
  const isImage = preprocessing.modality === 'image' && preprocessing.shape.length > 1;
  const run = await target.arithmetic('measure', (g) => {
    const [x0, x] = [
      g.input('original', 'float32', [batch, ...preprocessing.shape]),
      g.input('candidate', 'float32', [batch, ...preprocessing.shape]),
    ];
    const d = g.sub(x, x0);
    const changed = g.mul(d, g.cast(g.greater(g.abs(d), g.scalar(SAME)), 'float32'));
    const norms = {
      l0: normOf(g, 'l0', changed),
      l1: normOf(g, 'l1', d),
      l2: normOf(g, 'l2', d),
      linf: normOf(g, 'linf', d),
      s1: normOf(g, 'l1', x0),
      s2: normOf(g, 'l2', x0),
      sinf: normOf(g, 'linf', x0),
    };
    return isImage ? { ...norms, ssim: similarity(g, planar(g, x0, target), planar(g, x, target), batch) } : norms;
  });
  const results: Measures[] = [];
  for (let at = 0; at < pairs.length; at += batch) {
    const chunk = pairs.slice(at, at + batch);
    const made = await run(stackedPairs(target, chunk));
    for (let i = 0; i < chunk.length; i++) {
      const of = (name: string): number => (made[name] as HostTensor).data[i] as number;
      const size = { l1: of('s1'), l2: of('s2'), linf: of('sinf') };
      results.push({ l0: of('l0'), l1: of('l1'), l2: of('l2'), linf: of('linf'), ssim: isImage ? of('ssim') : null, size });
    }
  }
  return results;
}

/**
 * Each candidate as an 8-bit image that stays in the ball: for Linf rounded, then moved to the nearest level inside; for L2 and L1 every
 * element is rounded towards the original, which shortens the perturbation; for L0 to the nearest level, wherever it is. Originals are assumed to be
 * 8-bit images.
 */
export async function rounded(target: Target, pairs: readonly Pair[], norm: NumericMetric, epsilon: number): Promise<Float32Array[]> {
  const { preprocessing } = target;
  const batch = batchOf(target);
  const run = await target.arithmetic(`8-bit ${norm}`, (g) => {
    const [x0, x] = [
      g.input('original', 'float32', [batch, ...preprocessing.shape]),
      g.input('candidate', 'float32', [batch, ...preprocessing.shape]),
    ];
    const radius = g.input('epsilon', 'float32', []);
    return { x: g.clip(levelOf(g, norm, { x0, x, radius }), 0, 1) };
  });
  const results: Float32Array[] = [];
  for (let at = 0; at < pairs.length; at += batch) {
    const chunk = pairs.slice(at, at + batch);
    const made = await run({
      ...stackedPairs(target, chunk),
      epsilon: { type: 'float32', shape: [], data: Float32Array.of(epsilon) },
    });
    const data = made.x?.data as Float32Array;
    for (let i = 0; i < chunk.length; i++) results.push(data.slice(i * target.size, (i + 1) * target.size));
  }
  return results;
}

/** Float32 noise of x·255: levels this close to a bound count as inside. */
const SLACK = 1e-3;

function levelOf(g: GraphBuilder, norm: NumericMetric, { x0, x, radius }: { x0: Value; x: Value; radius: Value }): Value {
  if (norm === 'linf') return levelInside(g, x0, x, radius);
  if (norm === 'l0') return g.div(g.node('Round', [g.mul(x, g.scalar(255))]), g.scalar(255));
  return levelTowards(g, x0, x);
}

function levelInside(g: GraphBuilder, x0: Value, x: Value, radius: Value): Value {
  const levels = (v: Value): Value => g.mul(v, g.scalar(255));
  const low = g.node('Ceil', [g.sub(levels(g.sub(x0, radius)), g.scalar(SLACK))]);
  const high = g.node('Floor', [g.add(levels(g.add(x0, radius)), g.scalar(SLACK))]);
  return g.div(g.min(g.max(g.node('Round', [levels(x)]), low), high), g.scalar(255));
}

function levelTowards(g: GraphBuilder, x0: Value, x: Value): Value {
  const d = g.sub(x, x0);
  const steps = g.node('Floor', [g.add(g.mul(g.abs(d), g.scalar(255)), g.scalar(SLACK))]);
  return g.div(g.node('Round', [g.add(g.mul(x0, g.scalar(255)), g.mul(g.sign(d), steps))]), g.scalar(255));
}

function stackedPairs(target: Target, pairs: readonly Pair[]): { original: HostTensor; candidate: HostTensor } {
  const of = (pick: (pair: Pair) => Float32Array): HostTensor => stacked(target, pairs.map(pick));
  return { original: of(({ original }) => original), candidate: of(({ candidate }) => candidate) };
}

function stacked({ preprocessing, size }: Target, rows: readonly Float32Array[]): { type: 'float32'; shape: number[]; data: Float32Array } {
  const batch = batchOf({ size });
  const data = new Float32Array(batch * size);
  for (const [i, row] of rows.entries()) data.set(row, i * size);
  return { type: 'float32', shape: [batch, ...preprocessing.shape], data };
}

/** Image rows as single-channel planes [B·C, 1, H, W]. */
function planar(g: GraphBuilder, x: Value, { preprocessing }: Target): Value {
  const { channels, height, width } = imageSize(preprocessing);
  const first = preprocessing.layout === 'NHWC' ? g.transpose(x, [0, 3, 1, 2]) : x;
  return g.reshape(first, [(x.shape[0] as number) * channels, 1, height, width]);
}

/** SSIM with the reference's Gaussian window (11×11, σ 1.5; smaller on smaller images) and constants K1 = 0.01, K2 = 0.03 at range 1. */
function similarity(g: GraphBuilder, a: Value, b: Value, rows: number): Value {
  const [, , height, width] = a.shape as [number, number, number, number];
  const side = Math.min(11, height, width);
  const bell = Array.from({ length: side }, (_, i) => Math.exp(-((i - (side - 1) / 2) ** 2) / (2 * 1.5 ** 2)));
  const total = bell.reduce((sum, v) => sum + v, 0);
  const weights = bell.map((v) => v / total);
  // The window is a product of two, and a product with a banded matrix is faster than a convolution of one channel. The transpose between
  // them stays: a mean does not ask for order.
  const [across, down] = [g.constant(banded(weights, width)), g.constant(banded(weights, height))];
  const planes = a.shape[0] as number;
  const stacked = g.concat([a, b, g.mul(a, a), g.mul(b, b), g.mul(a, b)], 0);
  const blurred = g.matmul(g.transposed(g.matmul(stacked, across)), down);
  const part = (i: number): Value => g.slice(blurred, 0, i * planes, (i + 1) * planes);
  const [ma, mb] = [part(0), part(1)];
  const [aa, bb, ab] = [g.mul(ma, ma), g.mul(mb, mb), g.mul(ma, mb)];
  const [va, vb, cov] = [g.sub(part(2), aa), g.sub(part(3), bb), g.sub(part(4), ab)];
  const [c1, c2, two] = [g.scalar(0.01 ** 2), g.scalar(0.03 ** 2), g.scalar(2)];
  const top = g.mul(g.add(g.mul(two, ab), c1), g.add(g.mul(two, cov), c2));
  const bottom = g.mul(g.add(g.add(aa, bb), c1), g.add(g.add(va, vb), c2));
  const map = g.div(top, bottom);
  return g.node('ReduceMean', [g.reshape(map, [rows, sizeOf(map.shape) / rows]), g.ints([1])], { keepdims: int(0) });
}

/** The window at every place where it fits, as columns: [size, size − window + 1]. */
function banded(window: readonly number[], size: number): Tensor {
  const places = size - window.length + 1;
  const matrix = new Float32Array(size * places);
  for (let at = 0; at < places; at++) for (const [i, weight] of window.entries()) matrix[(at + i) * places + at] = weight;
  return floats(matrix, [size, places]);
}
