/** The arithmetic of Square in L2 (arXiv:1912.00049, algorithm 3) and in L1 (arXiv:2103.01208, section 4, as AutoAttack's SquareAttack has it) as graphs over a batch of pictures; none of them touches the model. */
import { imageSize } from '../../model/rows.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Feeds } from '../../runtime/runtime.ts';
import { ontoL1InRange } from '../../threat/l1-in-range.ts';
import type { PatternNorm } from './square-windows.ts';

/** Inputs of a step for a batch, each [batch × …] in one array. */
export interface SquareStep {
  readonly original: Float32Array;
  readonly best: Float32Array;
  /** Planes [height × width]: 1 in the window that changes, and in the window that gives its norm away; and the pattern. */
  readonly window: Float32Array;
  readonly other: Float32Array;
  readonly pattern: Float32Array;
  /** −1 or 1 for each channel. */
  readonly signs: Float32Array;
}

export interface SquareMoves {
  readonly norm: PatternNorm;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** The direction [batch × channels × height × width] from the original, scaled to the ball's surface (L2) or brought into the ball (L1), within the range. */
  start(original: Float32Array, direction: Float32Array): Promise<Float32Array>;
  step(step: SquareStep): Promise<Float32Array>;
}

const TINY = 1e-12;

interface Setting {
  readonly norm: PatternNorm;
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly shape: readonly number[];
  readonly isInterleaved: boolean;
  readonly epsilon: Value;
}

export async function squareMoves(
  target: Target,
  { norm, epsilon }: { norm: PatternNorm; epsilon: number },
  batch: number,
): Promise<SquareMoves> {
  const { preprocessing } = target;
  const { channels, height, width } = imageSize(preprocessing);
  const { layout, shape } = preprocessing;
  const isInterleaved = layout === 'NHWC' || (layout === 'none' && channels > 1);
  const setting = (g: GraphBuilder): Setting => ({
    norm,
    batch,
    channels,
    height,
    width,
    shape,
    isInterleaved,
    epsilon: g.input('epsilon', 'float32', []),
  });
  const [start, step] = await Promise.all([
    target.arithmetic(`square start ${norm} ${batch}`, (g) => ({ x: started(g, setting(g)) })),
    target.arithmetic(`square step ${norm} ${batch}`, (g) => ({ x: stepped(g, setting(g)) })),
  ]);
  const feeds = (planes: Readonly<Record<string, Float32Array>>): Feeds => ({
    ...Object.fromEntries(
      Object.entries(planes).map(([name, data]) => [
        name,
        { type: 'float32', shape: shapeOf(name, { batch, channels, height, width, shape }), data },
      ]),
    ),
    epsilon: { type: 'float32', shape: [], data: Float32Array.of(epsilon) },
  });
  return {
    norm,
    channels,
    height,
    width,
    start: async (original, direction) => (await start(feeds({ original, direction }))).x?.data as Float32Array,
    step: async (planes) => (await step(feeds({ ...planes }))).x?.data as Float32Array,
  };
}

function shapeOf(name: string, { batch, channels, height, width, shape }: Omit<Setting, 'norm' | 'isInterleaved' | 'epsilon'>): number[] {
  if (name === 'original' || name === 'best') return [batch, ...shape];
  if (name === 'direction') return [batch, channels, height, width];
  return name === 'signs' ? [batch, channels, 1, 1] : [batch, 1, height, width];
}

/** Rows of the model's own layout as planes [B, C, H, W]. */
function planes(g: GraphBuilder, name: string, { batch, channels, height, width, shape, isInterleaved }: Setting): Value {
  const x = g.input(name, 'float32', [batch, ...shape]);
  return isInterleaved
    ? g.transpose(g.reshape(x, [batch, height, width, channels]), [0, 3, 1, 2])
    : g.reshape(x, [batch, channels, height, width]);
}

/** Back from planes to rows, in [0, 1]. */
function rows(g: GraphBuilder, x: Value, { batch, shape, isInterleaved }: Setting): Value {
  const clipped = g.clip(x, 0, 1);
  return g.reshape(isInterleaved ? g.transpose(clipped, [0, 2, 3, 1]) : clipped, [batch, ...shape]);
}

const input = (g: GraphBuilder, name: string, setting: Setting): Value => g.input(name, 'float32', shapeOf(name, setting));

/** The sum over the axes of what the norm adds up: squares, or absolute values. */
const summed = (g: GraphBuilder, x: Value, axes: readonly number[], norm: PatternNorm): Value =>
  g.sum(norm === 'l2' ? g.mul(x, x) : g.abs(x), axes, true);
/** The norm of which that is the sum. */
const rooted = (g: GraphBuilder, sum: Value, norm: PatternNorm): Value => (norm === 'l2' ? g.sqrt(sum) : sum);
/** Each channel divided by its own norm. */
const scaledTo1 = (g: GraphBuilder, x: Value, norm: PatternNorm): Value =>
  g.div(x, g.add(rooted(g, summed(g, x, [2, 3], norm), norm), g.scalar(TINY)));

function started(g: GraphBuilder, setting: Setting): Value {
  return within(g, { x0: planes(g, 'original', setting), change: input(g, 'direction', setting) }, setting);
}

/** Onto the ball's surface in L2; in L1 to the nearest point of ball and range, where scaling would leave a part of the radius unused. */
function within(g: GraphBuilder, { x0, change }: { readonly x0: Value; readonly change: Value }, setting: Setting): Value {
  const { norm, epsilon, batch } = setting;
  if (norm === 'l1') return rows(g, ontoL1InRange(g, g.add(x0, change), x0, g.expand(epsilon, [batch]), [0, 1]), setting);
  const length = g.add(g.sqrt(summed(g, change, [1, 2, 3], norm)), g.scalar(TINY));
  return rows(g, g.add(x0, g.mul(g.div(change, length), epsilon)), setting);
}

/** Algorithm 3: the norm of a second window, and what the ball still leaves, go into a pattern in the first one. */
function stepped(g: GraphBuilder, setting: Setting): Value {
  const { norm, epsilon, channels } = setting;
  const x0 = planes(g, 'original', setting);
  const change = g.sub(planes(g, 'best', setting), x0);
  const [first, second] = [input(g, 'window', setting), input(g, 'other', setting)];
  const kept = scaledTo1(g, g.mul(change, first), norm);
  const fresh = g.add(g.mul(input(g, 'pattern', setting), input(g, 'signs', setting)), kept);
  const radius = norm === 'l2' ? g.mul(epsilon, epsilon) : epsilon;
  const left = g.max(g.sub(radius, summed(g, change, [1, 2, 3], norm)), g.scalar(0));
  const windows = summed(g, g.mul(change, g.max(first, second)), [2, 3], norm);
  const budget = rooted(g, g.add(g.div(left, g.scalar(channels)), windows), norm);
  // In L1 each channel gets the norm of all of them, as in the reference: what is too much the projection takes from the smallest.
  const scaled = g.mul(scaledTo1(g, fresh, norm), norm === 'l1' ? g.mul(budget, g.scalar(channels)) : budget);
  const outside = g.mul(change, g.mul(g.sub(g.scalar(1), first), g.sub(g.scalar(1), second)));
  return within(g, { x0, change: g.add(outside, g.mul(scaled, first)) }, setting);
}

export const planeSize = ({ height, width }: Pick<SquareMoves, 'height' | 'width'>): number => sizeOf([height, width]);
