/** Where the cube attack may go from a row: candidates brought back into the ball, and to rows that the data could hold. */
import { feasible } from '../../model/feasible.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import type { Rng } from '../../rng/rng.ts';
import { type Norm, project } from '../../threat/ball.ts';

export interface CubeMoves {
  /** Elements that may change. */
  readonly moved: readonly number[];
  /** The nearest allowed row to each candidate. */
  allowed(x: Float32Array, candidates: readonly Float32Array[]): Promise<Float32Array[]>;
}

const BATCH = 32;

export async function cubeMoves(target: Target, norm: Norm, epsilon: number): Promise<CubeMoves> {
  const { size, preprocessing } = target;
  const range = rangeOf(preprocessing);
  const { encoding } = preprocessing;
  // Bounds that differ between elements come with flat rows; others do not care for the shape.
  const run = await target.arithmetic(`cube ${norm}`, (g) => {
    const [x0, x] = [g.input('original', 'float32', [1, size]), g.input('candidates', 'float32', [BATCH, size])];
    return { x: project(g, norm, x, x0, g.expand(g.input('epsilon', 'float32', [1]), [BATCH]), range) };
  });
  const radius = { type: 'float32' as const, shape: [1], data: Float32Array.of(epsilon) };
  const inside = async (x: Float32Array, part: readonly Float32Array[]): Promise<Float32Array[]> => {
    const data = new Float32Array(BATCH * size);
    for (const [i, candidate] of part.entries()) data.set(candidate, i * size);
    const made = await run({
      original: { type: 'float32', shape: [1, size], data: x },
      candidates: { type: 'float32', shape: [BATCH, size], data },
      epsilon: radius,
    });
    const rows = made.x?.data as Float32Array;
    return part.map((_, i) => rows.slice(i * size, (i + 1) * size));
  };
  return {
    moved: Array.from({ length: size }, (_, i) => i).filter((i) => range?.[2]?.[i] !== false),
    allowed: async (x, candidates) => {
      const rows: Float32Array[] = [];
      for (let at = 0; at < candidates.length; at += BATCH) rows.push(...(await inside(x, candidates.slice(at, at + BATCH))));
      if (encoding?.kind !== 'ports') return rows;
      const pairs = rows.map((candidate) => ({ original: x, candidate }));
      return feasible(target, encoding, pairs, { norm, epsilon });
    },
  };
}

/** `x` with some elements replaced. */
export function replaced(x: Float32Array, changes: Iterable<readonly [number, number]>): Float32Array {
  const row = x.slice();
  for (const [i, value] of changes) row[i] = value;
  return row;
}

/** Which elements a random step changes: each with the probability `share`, and at least one. */
export function drawnElements(rng: Rng, moved: readonly number[], share: number): number[] {
  const drawn = moved.filter(() => rng.uniform() < share);
  return drawn.length > 0 ? drawn : [moved[rng.int(moved.length)] as number];
}

/** A random step from the best row so far: in Linf to the ends of the ball or, one time in three, to anywhere in it; else by normal noise of epsilon's size. */
export function stepFrom(
  rng: Rng,
  { x, best, epsilon, norm }: { x: Float32Array; best: Float32Array; epsilon: number; norm: Norm },
  elements: readonly number[],
): Float32Array {
  if (norm === 'linf') {
    const isAnywhere = rng.int(3) === 0;
    const draw = (): number => (isAnywhere ? 2 * rng.uniform() - 1 : rng.int(2) === 0 ? -1 : 1);
    return replaced(
      best,
      elements.map((i) => [i, (x[i] as number) + epsilon * draw()] as const),
    );
  }
  const noise = new Float32Array(elements.length);
  rng.fillNormal(noise);
  const length = Math.sqrt(noise.reduce((sum, v) => sum + v * v, 0)) || 1;
  const size = (epsilon * 2 ** (1 - rng.int(4))) / length;
  return replaced(
    best,
    elements.map((i, k) => [i, (best[i] as number) + size * (noise[k] as number)] as const),
  );
}
