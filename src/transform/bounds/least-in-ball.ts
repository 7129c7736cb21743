/**
 * The least value of a sum of functions of one variable each, over a ball in L2 and a box at once. For any λ > 0, wherever ‖z − ẑ‖ ≤ ρ,
 *   Σᵢ fᵢ(zᵢ) ≥ Σᵢ fᵢ(zᵢ) + λ/2·(zᵢ − ẑᵢ)² − λρ²/2,
 * and where fᵢ is linear, or linear on either side of zero, each term on the right is a parabola or two, least at a vertex or at an end of the interval. Every
 * λ gives a bound; the best one gives the least value itself where all fᵢ are convex.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { EXTRA, scaled, UNIT } from './rounding.ts';

/** fᵢ(z) = slopeᵢ·z for z from `low` to `high`. */
export interface Side {
  /** [S, B, n] */
  readonly slope: Value;
  /** [B, n] */
  readonly low: Value;
  readonly high: Value;
}

export interface Terms {
  /** One, or two: left and right of zero. */
  readonly sides: readonly Side[];
  /** [B, n] */
  readonly centre: Value;
  /** [B, 1] */
  readonly radius: Value;
  /** fᵢ(zᵢ), [S, B, n], of points of that shape; what derivatives are taken of. */
  value(points: Value): Value;
}

export interface Bound {
  /** [S, B] */
  readonly value: Value;
  /** What rounding may take from it, [S, B]. */
  readonly error: Value;
}

/**
 * The best λ is where the points of least value are ρ away from the centre. Those at a vertex are away by 1/λ, those at an end stay as λ falls, so λ is
 * scaled to where the vertices make up what the ends leave of ρ². From above this comes down to the best λ, or to next to none where the ends are all.
 */
const ROUNDS = 5;
const [LEAST, MOST] = [1e-20, 1e20];
const [FALL, RISE] = [1e-6, 20];

export function leastInBall(g: GraphBuilder, terms: Terms): Bound {
  const { centre, radius } = terms;
  // The bound is stationary in λ and in the points: its derivative by the slopes is the same without theirs.
  const still = terms.sides.map((side) => ({ ...side, slope: g.node('Dropout', [side.slope]) }));
  const steepest = still.map(({ slope }) => g.abs(slope)).reduce((a, b) => g.max(a, b));
  let lambda = g.clip(g.div(g.sqrt(total(g, g.mul(steepest, steepest))), radius), LEAST, MOST);
  for (let round = 0; round < ROUNDS; round++) lambda = scaledTo(g, { ...terms, sides: still }, lambda);
  const { points, size } = leastPoints(g, { ...terms, sides: still }, lambda);
  const away = g.sub(points, centre);
  const half = g.mul(lambda, g.scalar(0.5, lambda));
  const sum = total(g, g.add(terms.value(points), g.mul(g.mul(away, away), half)));
  return {
    value: withoutLast(g, g.sub(sum, g.mul(half, g.mul(radius, radius)))),
    error: errorOf(g, terms, size, lambda),
  };
}

function scaledTo(g: GraphBuilder, terms: Terms, lambda: Value): Value {
  const { points, vertices } = leastPoints(g, terms, lambda);
  const away = g.sub(points, terms.centre);
  const squares = g.mul(away, away);
  const free = g.mul(squares, g.cast(g.equal(points, vertices), 'float32'));
  const left = g.sub(g.mul(terms.radius, terms.radius), total(g, g.sub(squares, free)));
  const ratio = g.sqrt(g.div(total(g, free), g.max(left, g.scalar(1e-37, left))));
  return g.clip(g.mul(lambda, g.clip(ratio, FALL, RISE)), LEAST, MOST);
}

interface Points {
  /** Where each term is least, and the vertex of its parabola on that side, [S, B, n]. */
  readonly points: Value;
  readonly vertices: Value;
  /** How large the parts of a term may be. */
  readonly size: Value;
}

function leastPoints(g: GraphBuilder, { sides, centre }: Terms, lambda: Value): Points {
  const half = g.mul(lambda, g.scalar(0.5, lambda));
  const all = sides.map(({ slope, low, high }) => {
    const vertices = g.sub(centre, g.div(slope, lambda));
    const points = g.min(g.max(vertices, low), high);
    const away = g.sub(points, centre);
    return { vertices, points, linear: g.mul(slope, points), square: g.mul(g.mul(away, away), half) };
  });
  const [first, second] = all.map(({ linear, square, ...rest }) => ({ ...rest, value: g.add(linear, square), linear, square }));
  if (!first) throw new RangeError('a sum of no terms');
  if (!second) return { ...first, size: g.add(g.abs(first.linear), first.square) };
  const isSecond = g.less(second.value, first.value);
  return {
    points: g.where(isSecond, second.points, first.points),
    vertices: g.where(isSecond, second.vertices, first.vertices),
    size: g.add(g.max(g.abs(first.linear), g.abs(second.linear)), g.max(first.square, second.square)),
  };
}

/**
 * Rounding in the terms and their sum, γ·Σ|part|, and what the terms are above their least values because their points are rounded: those are off by at
 * most 9u·m each, m the largest of |low|, |high| and |ẑ|, and a parabola is λ/2·(9u·m)² higher there.
 */
function errorOf(g: GraphBuilder, { sides, centre, radius }: Terms, size: Value, lambda: Value): Value {
  const n = size.shape[2] as number;
  const whole = g.add(total(g, size), g.mul(lambda, g.mul(radius, radius)));
  const ends = [centre, ...sides.flatMap(({ low, high }) => [low, high])].map((end) => g.abs(end));
  const moved = g.mul(
    ends.reduce((a, b) => g.max(a, b)),
    g.scalar(9 * UNIT, centre),
  );
  return withoutLast(g, g.add(scaled(g, whole, n + EXTRA), g.mul(lambda, total(g, g.mul(moved, moved)))));
}

/** Summed over the last axis, which stays. */
const total = (g: GraphBuilder, value: Value): Value => g.sum(value, [value.shape.length - 1], true);

const withoutLast = (g: GraphBuilder, value: Value): Value => g.reshape(value, value.shape.slice(0, -1));
