/** Who goes on to the next generation of two objectives: NSGA-III's fronts and niches (Deb & Jain, IEEE Transactions on Evolutionary Computation 18(4), 2014), with evenly spread directions as reference points. */
import type { Rng } from '../../rng/rng.ts';

/** Both are minimised. */
export type Objectives = readonly [first: number, second: number];

/** Is `a` nowhere worse than `b`, and somewhere better? */
const dominates = (a: Objectives, b: Objectives): boolean => a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);

/** Places by front: the first holds those that nobody dominates, the second those that only the first dominates, and so on. */
export function frontsOf(points: readonly Objectives[]): number[][] {
  const above = points.map(() => 0);
  const below = points.map((): number[] => []);
  for (const [i, a] of points.entries()) {
    for (const [k, b] of points.entries()) {
      if (!dominates(a, b)) continue;
      below[i]?.push(k);
      above[k] = (above[k] as number) + 1;
    }
  }
  const fronts: number[][] = [];
  for (let front = [...points.keys()].filter((i) => above[i] === 0); front.length > 0; ) {
    fronts.push(front);
    const next: number[] = [];
    for (const i of front) {
      for (const k of below[i] as number[]) {
        above[k] = (above[k] as number) - 1;
        if (above[k] === 0) next.push(k);
      }
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/** The places of `count` survivors: whole fronts as far as they fit, and of the next one whoever is nearest to a direction that few others are near to. */
export function survivorsOf(rng: Rng, points: readonly Objectives[], count: number): number[] {
  if (points.length <= count) return [...points.keys()];
  const kept: number[] = [];
  const niches = nichesOf(points, count);
  for (const front of frontsOf(points)) {
    if (kept.length + front.length <= count) {
      kept.push(...front);
      continue;
    }
    return [...kept, ...chosen(rng, front, { niches, kept, wanted: count - kept.length })];
  }
  return kept;
}

interface Niche {
  readonly direction: number;
  readonly distance: number;
}

/** The nearest of `count` evenly spread directions, and how far it is, of each point in parts of what the first front spans. */
function nichesOf(points: readonly Objectives[], count: number): Niche[] {
  const first = (frontsOf(points)[0] ?? []).map((i) => points[i] as Objectives);
  const ends = ([0, 1] as const).map((axis) => {
    const values = first.map((point) => point[axis]);
    const low = Math.min(...values);
    return { low, span: Math.max(...values) - low || 1 };
  });
  return points.map((point): Niche => {
    const [a, b] = ([0, 1] as const).map((axis) => {
      const { low, span } = ends[axis] as { low: number; span: number };
      return Math.max(0, (point[axis] - low) / span);
    }) as [number, number];
    const steps = count - 1;
    // Directions (t, 1 − t): in the plane the nearest is the one of the nearest angle.
    const share = a + b === 0 ? 0.5 : a / (a + b);
    const near = [Math.floor(share * steps), Math.ceil(share * steps)].map((direction): Niche => {
      const t = direction / steps;
      return { direction, distance: Math.abs(a * (1 - t) - b * t) / Math.hypot(t, 1 - t) };
    }) as [Niche, Niche];
    return near[0].distance <= near[1].distance ? near[0] : near[1];
  });
}

interface Choosing {
  readonly niches: readonly Niche[];
  readonly kept: readonly number[];
  readonly wanted: number;
}

/** One at a time from the niche that has the fewest: the nearest to its direction where it has none yet, else any. */
function chosen(rng: Rng, front: readonly number[], { niches, kept, wanted }: Choosing): number[] {
  const counts = new Map<number, number>();
  const count = (direction: number): number => counts.get(direction) ?? 0;
  const niche = (i: number): Niche => niches[i] as Niche;
  for (const i of kept) counts.set(niche(i).direction, count(niche(i).direction) + 1);
  const left = new Map<number, number[]>();
  for (const i of rng.shuffle([...front])) left.set(niche(i).direction, [...(left.get(niche(i).direction) ?? []), i]);
  const order = rng.shuffle([...left.keys()]);
  const found: number[] = [];
  while (found.length < wanted) {
    const open = order.filter((direction) => (left.get(direction)?.length ?? 0) > 0);
    const direction = open.reduce((least, one) => (count(one) < count(least) ? one : least));
    const members = left.get(direction) as number[];
    const nearest =
      count(direction) === 0 ? members.reduce((a, b) => (niche(b).distance < niche(a).distance ? b : a)) : (members[0] as number);
    found.push(nearest);
    counts.set(direction, count(direction) + 1);
    left.set(
      direction,
      members.filter((i) => i !== nearest),
    );
  }
  return found;
}
