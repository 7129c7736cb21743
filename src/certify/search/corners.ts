/** Where linear bounds are least: points from which descents reach counterexamples that random points do not lead to. */
import type { Rng } from '../../rng/rng.ts';
import { type Domain, feedsOf, type LayerBounds } from '../bounds/domain.ts';
import type { Goal } from '../bounds/goal.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { fed } from '../graphs/session.ts';
import { inARow } from './escalate.ts';

export interface Corner {
  readonly goal: Goal;
  /** [size] of the network's one input. */
  readonly point: Float32Array;
  /** At the box's lower and upper ends. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

/** For each row of the goals the corner of the box at which its bound by CROWN is least. @param domain one box */
export async function leastCorners(network: BoundNetwork, domain: Domain, bounds: LayerBounds, goals: readonly Goal[]): Promise<Corner[]> {
  const [{ name }] = network.inputs as [BoundNetwork['inputs'][number]];
  const { count, data } = inARow(goals, network.outputs);
  const feeds = feedsOf(network, domain, bounds).set('rows', { type: 'float32', shape: [count, 1, network.outputs], data });
  const made = await fed(await network.bound('output', { rows: count, batch: 1, norm: 'box' }), feeds);
  const slope = made[`slope:${name}`]?.data as Float32Array;
  const [lower, upper] = [domain.lower.get(name) as Float32Array, domain.upper.get(name) as Float32Array];
  return goals
    .flatMap((goal) => Array.from(goal.offsets, () => goal))
    .map((goal, row) => {
      const own = slope.subarray(row * lower.length, (row + 1) * lower.length);
      return { goal, lower, upper, point: lower.map((value, i) => ((own[i] as number) > 0 ? value : (upper[i] as number))) };
    });
}

/** So many starts around some corners: themselves, and then with a share of their coordinates at ends drawn at random. */
export function around(corners: readonly Corner[], count: number, rng: Rng): Corner[] {
  return Array.from({ length: count }, (_, i) => {
    const corner = corners[i % corners.length] as Corner;
    const share = i < corners.length ? 0 : (SHARES[i % SHARES.length] as number);
    const { point, lower, upper } = corner;
    const moved = point.map((value, k) => (rng.uniform() < share ? ((rng.uniform() < 0.5 ? lower[k] : upper[k]) as number) : value));
    return { ...corner, point: moved };
  });
}

const SHARES = [0.1, 0.3];
