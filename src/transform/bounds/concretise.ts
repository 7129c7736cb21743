/** The least value of a linear function over a set of inputs (CROWN's last step, by duality of norms). */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval } from '../../ops/rule.ts';
import { dot, dotError } from './backward.ts';
import { EXTRA, SLACK, UNIT } from './rounding.ts';

/** A box, and possibly a ball in L1 or L2 around `centre` that the input is in as well; radius [B]. */
export interface InputSet {
  readonly box: Interval;
  readonly ball?: { readonly norm: 'l1' | 'l2'; readonly centre: Value; readonly radius: Value };
}

export interface Least {
  /** min A·x, [S, B] */
  readonly value: Value;
  /** What rounding may take from it. */
  readonly error: Value | undefined;
}

/** @param error δ of the input, [n, 1] or [S, B, …]; undefined over the real numbers */
export function least(g: GraphBuilder, a: Value, set: InputSet, error: Value | undefined, batch: number): Least {
  const { lower, upper } = set.box;
  // A⁺·l + A⁻·u = A·u − A⁺·(u − l)
  const inBox = g.sub(dot(g, a, upper, batch), dot(g, g.node('Relu', [a]), g.sub(upper, lower), batch));
  const rounding = error && dotError(g, a, error, batch);
  if (!set.ball) return { value: inBox, error: rounding };
  const rows = a.shape[0] as number;
  const flat = g.reshape(a, [rows, batch, sizeOf(a.shape) / rows / batch]);
  const { norm, centre, radius } = set.ball;
  const largest = g.reduceMax(g.abs(flat), [2]);
  const dual = norm === 'l2' ? g.mul(largest, lengthOf(g, flat, largest)) : largest;
  const inBall = g.sub(dot(g, a, centre, batch), g.mul(dual, radius));
  const value = g.max(inBox, inBall);
  if (!rounding) return { value, error: undefined };
  const n = flat.shape[2] as number;
  const ofBall = g.mul(g.mul(g.sum(g.abs(flat), [2]), radius), g.scalar(SLACK * UNIT * (n + EXTRA), radius));
  return { value, error: g.add(rounding, ofBall) };
}

/** ‖a‖₂ / max |a|: squares of small coefficients would vanish. */
function lengthOf(g: GraphBuilder, a: Value, largest: Value): Value {
  const scale = g.reshape(g.max(largest, g.scalar(1e-37, a)), [...largest.shape, 1]);
  const scaled = g.div(a, scale);
  return g.sqrt(g.sum(g.mul(scaled, scaled), [2]));
}
