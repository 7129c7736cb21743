/** The arithmetic of HopSkipJump (Chen, Jordan & Wainwright, arXiv:1904.02144) as small graphs over one example; none of them touches the model. */

import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo, movedOnly, type Norm, type Range, steepest } from '../../threat/ball.ts';
import { type LineMoves, lineMoves } from '../line-moves.ts';
import { numberInput, type RowGraph, rowGraph, rowsInput } from '../row-graph.ts';

export interface Moves extends LineMoves {
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

/** Compiles the moves for a target and a norm (linf or l2). */
export async function hopSkipJumpMoves(target: Target, norm: Norm): Promise<Moves> {
  const { size } = target;
  const chunk = Math.max(1, Math.min(MOST_ROWS, Math.floor(POINT_FLOATS / size)));
  const setting: Setting = { norm, size, chunk, range: rangeOf(target.preprocessing) };
  const compile = (name: string, define: (g: GraphBuilder, setting: Setting) => Value): Promise<RowGraph<'made'>> =>
    rowGraph(target, `hop-skip-jump ${name} ${norm}`, (g) => ({ made: define(g, setting) }));
  const [line, probe, gather, direction, advance] = await Promise.all([
    lineMoves(target, norm),
    compile('probe', probed),
    compile('gather', gathered),
    compile('direction', directed),
    compile('advance', advanced),
  ]);
  return {
    ...line,
    chunk,
    probe: async (x, noise, delta) => (await probe({ x, noise, delta })).made,
    gather: async (x, points, said, delta, sums) => {
      const answers = { type: 'float32', shape: [1, chunk], data: said } as const;
      return (await gather({ x, points, answers, delta, sums })).made;
    },
    direction: async (sums, mean) => (await direction({ sums, mean })).made,
    advance: async (x, along, length) => (await advance({ x, along, length })).made,
  };
}

const clipped = (g: GraphBuilder, x: Value, { range }: Setting): Value => clipTo(g, x, range);

function probed(g: GraphBuilder, setting: Setting): Value {
  const [x, drawn] = [rowsInput(g, 'x', 1, setting), rowsInput(g, 'noise', setting.chunk, setting)];
  const noise = movedOnly(g, drawn, setting.range);
  return clipped(g, g.add(x, g.mul(numberInput(g, 'delta'), steepest(g, 'l2', noise))), setting);
}

function gathered(g: GraphBuilder, setting: Setting): Value {
  const [x, points, sums] = [
    rowsInput(g, 'x', 1, setting),
    rowsInput(g, 'points', setting.chunk, setting),
    rowsInput(g, 'sums', 2, setting),
  ];
  const answers = g.input('answers', 'float32', [1, setting.chunk]);
  const directions = g.div(g.sub(points, x), numberInput(g, 'delta'));
  return g.add(sums, g.matmul(g.concat([answers, g.abs(answers)], 0), directions));
}

function directed(g: GraphBuilder, setting: Setting): Value {
  const sums = rowsInput(g, 'sums', 2, setting);
  const slope = g.sub(g.slice(sums, 0, 0, 1), g.mul(numberInput(g, 'mean'), g.slice(sums, 0, 1, 2)));
  return steepest(g, setting.norm, slope);
}

function advanced(g: GraphBuilder, setting: Setting): Value {
  return clipped(g, g.add(rowsInput(g, 'x', 1, setting), g.mul(numberInput(g, 'length'), rowsInput(g, 'along', 1, setting))), setting);
}
