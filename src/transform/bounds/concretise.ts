/** The least value of a linear function over a set of inputs (CROWN's last step): over a box, and over a ball and a box at once by duality. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval } from '../../ops/rule.ts';
import { dot, dotError } from './backward.ts';
import { type Bound, leastInBall } from './least-in-ball.ts';
import { leastInDiamond } from './least-in-diamond.ts';
import { EXTRA, SLACK, UNIT } from './rounding.ts';

/** A box, and possibly a ball in L1 or L2 around `centre` that the input is in as well; radius [B]. */
export interface InputSet {
  readonly box: Interval;
  readonly ball?: InputBall;
}

export interface InputBall {
  readonly norm: 'l1' | 'l2';
  readonly centre: Value;
  readonly radius: Value;
}

export interface Least {
  /** min A·x, [S, B] */
  readonly value: Value;
  /** What rounding may take from it. */
  readonly error: Value | undefined;
}

/** @param error δ of the input, [n, 1] or [S, B, …]; undefined over the real numbers */
export function least(g: GraphBuilder, a: Value, { box, ball }: InputSet, error: Value | undefined, batch: number): Least {
  const { lower, upper } = box;
  // A⁺·l + A⁻·u = A·u − A⁺·(u − l)
  const inBox = g.sub(dot(g, a, upper, batch), dot(g, g.node('Relu', [a]), g.sub(upper, lower), batch));
  const rounding = error && dotError(g, a, error, batch);
  if (!ball) return { value: inBox, error: rounding };
  const alone = inBall(g, a, ball, batch);
  const both = inBallAndBox(g, a, { box, ball }, batch);
  const either = g.max(inBox, alone.value);
  if (!rounding) return { value: g.where(g.greater(both.value, either), both.value, either), error: undefined };
  const isBetter = g.greater(g.sub(both.value, both.error), g.sub(either, alone.error));
  return {
    value: g.where(isBetter, both.value, either),
    error: g.add(rounding, g.where(isBetter, both.error, alone.error)),
  };
}

/** Over the ball alone: A·x̂ − ρ·‖A‖ in the dual norm. */
function inBall(g: GraphBuilder, a: Value, { norm, centre, radius }: InputBall, batch: number): Bound {
  const rows = a.shape[0] as number;
  const flat = g.reshape(a, [rows, batch, sizeOf(a.shape) / rows / batch]);
  const largest = g.reduceMax(g.abs(flat), [2]);
  const dual = norm === 'l2' ? g.mul(largest, lengthOf(g, flat, largest)) : largest;
  const n = flat.shape[2] as number;
  return {
    value: g.sub(dot(g, a, centre, batch), g.mul(dual, radius)),
    error: g.mul(g.mul(g.sum(g.abs(flat), [2]), radius), g.scalar(SLACK * UNIT * (n + EXTRA), radius)),
  };
}

/** Over both: no less than over either alone, but for rounding. A·x̂, and what A·(x − x̂) takes from it. */
function inBallAndBox(g: GraphBuilder, a: Value, { box, ball: { norm, centre, radius } }: Required<InputSet>, batch: number): Bound {
  const rows = a.shape[0] as number;
  const n = sizeOf(a.shape) / rows / batch;
  // Rows that see different parts of the input have ends of their own.
  const dims = centre.shape.length === a.shape.length ? [rows, batch, n] : [batch, n];
  const moved = (end: Value): Value => g.reshape(g.sub(end, centre), dims);
  const slope = g.reshape(a, [rows, batch, n]);
  const side = { slope, low: moved(box.lower), high: moved(box.upper) };
  const length = g.reshape(radius, [batch, 1]);
  const { value, error } =
    norm === 'l1'
      ? leastInDiamond(g, side, length)
      : leastInBall(g, { sides: [side], centre: g.zeros([batch, n]), radius: length, value: (points) => g.mul(slope, points) });
  return { value: g.add(dot(g, a, centre, batch), value), error };
}

/** ‖a‖₂ / max |a|: squares of small coefficients would vanish. */
function lengthOf(g: GraphBuilder, a: Value, largest: Value): Value {
  const scale = g.reshape(g.max(largest, g.scalar(1e-37, a)), [...largest.shape, 1]);
  const scaled = g.div(a, scale);
  return g.sqrt(g.sum(g.mul(scaled, scaled), [2]));
}
