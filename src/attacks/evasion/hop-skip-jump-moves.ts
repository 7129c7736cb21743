/** The arithmetic of HopSkipJump (Chen, Jordan & Wainwright, arXiv:1904.02144) as small graphs over one example; none of them touches the model. */

import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import type { Feeds, HostTensor } from '../../runtime/runtime.ts';
import { clipTo, movedOnly, type Norm, normOf, project, type Range, steepest } from '../../threat/ball.ts';

export interface Moves {
  /** Noise rows per probe. */
  readonly chunk: number;
  /** Points at distance `delta` from x along unit vectors, clipped to the range; `noise` is [chunk × size]. */
  probe(x: Float32Array, noise: Float32Array, delta: number): Promise<Float32Array>;
  /** Adds Σ answer·v and Σ |answer|·v over the probes' directions v = (point − x)/delta to sums [2 × size]. */
  gather(x: Float32Array, points: Float32Array, answers: Float32Array, delta: number, sums: Float32Array): Promise<Float32Array>;
  /** The direction of the update: Σ (answer − mean)·v (equation 16), normalised in L2, its sign in Linf (section 3.3). */
  direction(sums: Float32Array, mean: number): Promise<Float32Array>;
  /** x + length·direction, clipped to the range. */
  advance(x: Float32Array, direction: Float32Array, length: number): Promise<Float32Array>;
  /** The point between x0 and x at t: (1 − t)·x0 + t·x in L2, x clipped to the box of radius t around x0 in Linf (equation 13). */
  between(x0: Float32Array, x: Float32Array, t: number): Promise<Float32Array>;
  /** (1 − t)·x0 + t·x whatever the norm. */
  blend(x0: Float32Array, x: Float32Array, t: number): Promise<Float32Array>;
  distance(x0: Float32Array, x: Float32Array): Promise<number>;
}

/** Floats of one probe's points, so that wide inputs do not fill the memory. */
const POINT_FLOATS = 2 ** 20;
const MOST_ROWS = 64;

interface Setting {
  readonly norm: Norm;
  readonly size: number;
  readonly chunk: number;
  readonly range: Range | undefined;
}

type Run = (feeds: Readonly<Record<string, Float32Array | number>>) => Promise<Float32Array>;

/** Compiles the moves for a target and a norm (linf or l2). */
export async function hopSkipJumpMoves(target: Target, norm: Norm): Promise<Moves> {
  const { size } = target;
  const chunk = Math.max(1, Math.min(MOST_ROWS, Math.floor(POINT_FLOATS / size)));
  const setting: Setting = { norm, size, chunk, range: rangeOf(target.preprocessing) };
  const compile = async (name: string, define: (g: GraphBuilder, setting: Setting) => Value): Promise<Run> => {
    const run = await target.arithmetic(`hop-skip-jump ${name} ${norm}`, (g) => ({ made: define(g, setting) }));
    return async (feeds) => (await run(tensors(feeds, setting))).made?.data as Float32Array;
  };
  const [probe, gather, direction, advance] = await Promise.all([
    compile('probe', probed),
    compile('gather', gathered),
    compile('direction', directed),
    compile('advance', advanced),
  ]);
  const [between, blend, distance] = await Promise.all([
    compile('between', norm === 'linf' ? boxed : blended),
    compile('blend', blended),
    compile('distance', distant),
  ]);
  return {
    chunk,
    probe: (x, noise, delta) => probe({ x, noise, delta }),
    gather: (x, points, answers, delta, sums) => gather({ x, points, answers, delta, sums }),
    direction: (sums, mean) => direction({ sums, mean }),
    advance: (x, along, length) => advance({ x, along, length }),
    between: (x0, x, t) => between({ x0, x, t }),
    blend: (x0, x, t) => blend({ x0, x, t }),
    distance: async (x0, x) => (await distance({ x0, x }))[0] as number,
  };
}

/** Numbers as [1], vectors as rows of the input's size, answers as one row. */
function tensors(feeds: Readonly<Record<string, Float32Array | number>>, { size, chunk }: Setting): Feeds {
  const tensor = (name: string, value: Float32Array | number): HostTensor => {
    if (typeof value === 'number') return { type: 'float32', shape: [1], data: Float32Array.of(value) };
    return { type: 'float32', shape: name === 'answers' ? [1, chunk] : [value.length / size, size], data: value };
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensor(name, value)]));
}

const rows = (g: GraphBuilder, name: string, count: number, { size }: Setting): Value => g.input(name, 'float32', [count, size]);
const number = (g: GraphBuilder, name: string): Value => g.input(name, 'float32', [1]);
const clipped = (g: GraphBuilder, x: Value, { range }: Setting): Value => clipTo(g, x, range);

function probed(g: GraphBuilder, setting: Setting): Value {
  const [x, drawn] = [rows(g, 'x', 1, setting), rows(g, 'noise', setting.chunk, setting)];
  const noise = movedOnly(g, drawn, setting.range);
  return clipped(g, g.add(x, g.mul(number(g, 'delta'), steepest(g, 'l2', noise))), setting);
}

function gathered(g: GraphBuilder, setting: Setting): Value {
  const [x, points, sums] = [rows(g, 'x', 1, setting), rows(g, 'points', setting.chunk, setting), rows(g, 'sums', 2, setting)];
  const answers = g.input('answers', 'float32', [1, setting.chunk]);
  const directions = g.div(g.sub(points, x), number(g, 'delta'));
  return g.add(sums, g.matmul(g.concat([answers, g.abs(answers)], 0), directions));
}

function directed(g: GraphBuilder, setting: Setting): Value {
  const sums = rows(g, 'sums', 2, setting);
  const slope = g.sub(g.slice(sums, 0, 0, 1), g.mul(number(g, 'mean'), g.slice(sums, 0, 1, 2)));
  return steepest(g, setting.norm, slope);
}

function advanced(g: GraphBuilder, setting: Setting): Value {
  return clipped(g, g.add(rows(g, 'x', 1, setting), g.mul(number(g, 'length'), rows(g, 'along', 1, setting))), setting);
}

function blended(g: GraphBuilder, setting: Setting): Value {
  const [x0, x, t] = [rows(g, 'x0', 1, setting), rows(g, 'x', 1, setting), number(g, 't')];
  return clipped(g, g.add(g.mul(g.sub(g.scalar(1), t), x0), g.mul(t, x)), setting);
}

function boxed(g: GraphBuilder, setting: Setting): Value {
  const [x0, x, t] = [rows(g, 'x0', 1, setting), rows(g, 'x', 1, setting), number(g, 't')];
  return project(g, 'linf', x, x0, t, setting.range);
}

function distant(g: GraphBuilder, setting: Setting): Value {
  return normOf(g, setting.norm, g.sub(rows(g, 'x', 1, setting), rows(g, 'x0', 1, setting)));
}
