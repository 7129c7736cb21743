/** The least value of a linear function over a ball within a box, beside the exact one. */
import { describe, expect, it } from 'vitest';
import { floats, numbers, type Tensor } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { least } from '../../src/transform/bounds/concretise.ts';

interface Case {
  readonly slope: number[];
  readonly centre: number[];
  readonly lower: number[];
  readonly upper: number[];
  readonly radius: number;
}

/** Pixels in [0, 1], many of them at an end, some frozen. */
function caseOf(seed: number): Case {
  const rng = keyedRng(seed, 'case');
  const draw = (from: number, to: number): number => Math.fround(from + (to - from) * rng.uniform());
  const centre = Array.from({ length: 12 }, () => (rng.uniform() < 0.5 ? Math.round(rng.uniform()) : draw(0, 1)));
  const frozen = centre.map(() => rng.uniform() < 0.1);
  return {
    slope: centre.map(() => draw(-1, 1)),
    centre,
    lower: centre.map((value, i) => (frozen[i] ? value : 0)),
    upper: centre.map((value, i) => (frozen[i] ? value : 1)),
    radius: draw(0.05, 2),
  };
}

/** In L1 by greed: the way goes where the slope is steepest, as far as the box lets it. */
function exactL1({ slope, centre, lower, upper, radius }: Case): number {
  let left = radius;
  return slope
    .map((a, i) => ({ a, room: a > 0 ? (centre[i] as number) - (lower[i] as number) : (upper[i] as number) - (centre[i] as number) }))
    .sort((p, q) => Math.abs(q.a) - Math.abs(p.a))
    .reduce(
      (sum, { a, room }) => {
        const way = Math.min(room, left);
        left -= way;
        return sum - Math.abs(a) * way;
      },
      slope.reduce((sum, a, i) => sum + a * (centre[i] as number), 0),
    );
}

/** In L2 by halving the step t at which x̂ − t·a, clipped to the box, leaves the ball: the minimiser has that form (Karush, Kuhn, Tucker). */
function exactL2({ slope, centre, lower, upper, radius }: Case): number {
  const at = (t: number): number[] =>
    slope.map((a, i) => Math.min(Math.max((centre[i] as number) - t * a, lower[i] as number), upper[i] as number));
  const away = (t: number): number => Math.hypot(...at(t).map((value, i) => value - (centre[i] as number)));
  let [low, high] = [0, 1e6];
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (away(middle) > radius) high = middle;
    else low = middle;
  }
  return at(low).reduce((sum, value, i) => sum + value * (slope[i] as number), 0);
}

async function boundOf({ slope, centre, lower, upper, radius }: Case, norm: 'l1' | 'l2', isReal: boolean): Promise<number> {
  const g = newGraph();
  const n = centre.length;
  const row = (values: readonly number[]): ReturnType<typeof g.constant> => g.constant(floats(values, [1, n]));
  const ball = { norm, centre: row(centre), radius: g.constant(floats([radius], [1])) };
  const a = g.constant(floats(slope, [1, 1, n]));
  // δ of the input, in the form and of the size that `forward.ts` gives it.
  const delta = isReal
    ? undefined
    : g.constant(
        floats(
          centre.map(() => (n + 8) * 2 ** -24 * 1.02),
          [n, 1],
        ),
      );
  const { value, error } = least(g, a, { box: { lower: row(lower), upper: row(upper) }, ball }, delta, 1);
  const found = await evaluator(ortNode)(g.finish({ value: error ? g.sub(value, error) : value }));
  return numbers(found.get('value') as Tensor)[0] as number;
}

describe('the least value over a ball within a box', () => {
  it.each([
    ['l1', exactL1],
    ['l2', exactL2],
  ] as const)('in %s is the exact one, and less its rounding never above', async (norm, exact) => {
    for (let seed = 0; seed < 15; seed++) {
      const one = caseOf(seed);
      const least = exact(one);
      expect(await boundOf(one, norm, true), `${seed}`).toBeCloseTo(least, 4);
      const safe = await boundOf(one, norm, false);
      expect(safe, `${seed}`).toBeLessThanOrEqual(least);
      expect(safe, `${seed}`).toBeGreaterThan(least - 1e-3);
    }
  });
});
