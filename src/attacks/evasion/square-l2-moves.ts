/** The arithmetic of Square in L2 (arXiv:1912.00049, algorithm 3) as graphs over a batch of pictures; none of them touches the model. */
import { imageSize } from '../../model/rows.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Feeds } from '../../runtime/runtime.ts';

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
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** original + epsilon·direction, the direction [batch × channels × height × width] being scaled to the ball's surface, within the range. */
  start(original: Float32Array, direction: Float32Array): Promise<Float32Array>;
  step(step: SquareStep): Promise<Float32Array>;
}

const TINY = 1e-12;

interface Setting {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly shape: readonly number[];
  readonly isInterleaved: boolean;
  readonly epsilon: Value;
}

export async function squareMoves(target: Target, epsilon: number, batch: number): Promise<SquareMoves> {
  const { preprocessing } = target;
  const { channels, height, width } = imageSize(preprocessing);
  const { layout, shape } = preprocessing;
  const isInterleaved = layout === 'NHWC' || (layout === 'none' && channels > 1);
  const setting = (g: GraphBuilder): Setting => ({
    batch,
    channels,
    height,
    width,
    shape,
    isInterleaved,
    epsilon: g.input('epsilon', 'float32', []),
  });
  const [start, step] = await Promise.all([
    target.arithmetic(`square start ${batch}`, (g) => ({ x: started(g, setting(g)) })),
    target.arithmetic(`square step ${batch}`, (g) => ({ x: stepped(g, setting(g)) })),
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
    channels,
    height,
    width,
    start: async (original, direction) => (await start(feeds({ original, direction }))).x?.data as Float32Array,
    step: async (planes) => (await step(feeds({ ...planes }))).x?.data as Float32Array,
  };
}

function shapeOf(name: string, { batch, channels, height, width, shape }: Omit<Setting, 'isInterleaved' | 'epsilon'>): number[] {
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

const length = (g: GraphBuilder, x: Value, axes: readonly number[]): Value => g.sqrt(g.sum(g.mul(x, x), axes, true));
const unit = (g: GraphBuilder, x: Value): Value => g.div(x, g.add(length(g, x, [1, 2, 3]), g.scalar(TINY)));

function started(g: GraphBuilder, setting: Setting): Value {
  const change = g.mul(unit(g, input(g, 'direction', setting)), setting.epsilon);
  return rows(g, g.add(planes(g, 'original', setting), change), setting);
}

/** Algorithm 3: the norm of a second window, and what the ball still leaves, go into a pattern in the first one. */
function stepped(g: GraphBuilder, setting: Setting): Value {
  const { epsilon, channels } = setting;
  const x0 = planes(g, 'original', setting);
  const change = g.sub(planes(g, 'best', setting), x0);
  const [first, second] = [input(g, 'window', setting), input(g, 'other', setting)];
  const here = g.mul(change, first);
  const kept = g.div(here, g.add(length(g, here, [2, 3]), g.scalar(TINY)));
  const fresh = g.add(g.mul(input(g, 'pattern', setting), input(g, 'signs', setting)), kept);
  const squared = (x: Value): Value => g.sum(g.mul(x, x), [1, 2, 3], true);
  const left = g.max(g.sub(g.mul(epsilon, epsilon), squared(change)), g.scalar(0));
  const budget = g.sqrt(g.add(g.div(left, g.scalar(channels)), squared(g.mul(change, g.max(first, second)))));
  const scaled = g.mul(g.div(fresh, g.add(length(g, fresh, [2, 3]), g.scalar(TINY))), budget);
  const outside = g.mul(change, g.mul(g.sub(g.scalar(1), first), g.sub(g.scalar(1), second)));
  return rows(g, g.add(x0, g.mul(unit(g, g.add(outside, g.mul(scaled, first))), epsilon)), setting);
}

export const planeSize = ({ height, width }: Pick<SquareMoves, 'height' | 'width'>): number => sizeOf([height, width]);
