import { expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { frontsOf, type Objectives, survivorsOf } from './moeva-survival.ts';

const drawn = (seed: number, n: number, levels: number): Objectives[] => {
  const rng = keyedRng(seed, 'moeva points');
  return Array.from({ length: n }, () => [rng.int(levels) / levels, rng.int(levels) / levels] as const);
};
const beats = (a: Objectives, b: Objectives): boolean => a[0] <= b[0] && a[1] <= b[1] && (a[0] !== b[0] || a[1] !== b[1]);

it('fronts: nobody is dominated within the rest, front after front', () => {
  for (let seed = 0; seed < 20; seed++) {
    const points = drawn(seed, 40, 12);
    let rest = [...points.keys()];
    for (const front of frontsOf(points)) {
      const free = rest.filter((i) => !rest.some((k) => beats(points[k] as Objectives, points[i] as Objectives)));
      expect([...front].sort((a, b) => a - b)).toEqual(free);
      rest = rest.filter((i) => !free.includes(i));
    }
    expect(rest).toEqual([]);
  }
});

it('survivors: better fronts first, both ends of the first among them, each once', () => {
  for (let seed = 0; seed < 20; seed++) {
    const points = drawn(seed, 60, 1000);
    const kept = survivorsOf(keyedRng(seed, 'survive'), points, 25);
    expect(new Set(kept).size).toBe(25);
    const fronts = frontsOf(points);
    const rank = (i: number): number => fronts.findIndex((front) => front.includes(i));
    const worst = Math.max(...kept.map(rank));
    for (const i of points.keys()) if (rank(i) < worst) expect(kept).toContain(i);
    for (const axis of [0, 1] as const) {
      const least = Math.min(...points.map((point) => point[axis]));
      expect(kept.some((i) => points[i]?.[axis] === least)).toBe(true);
    }
  }
});

it('along one front, survivors spread evenly', () => {
  const points = Array.from({ length: 101 }, (_, i): Objectives => [i / 100, 1 - i / 100]);
  const kept = survivorsOf(keyedRng(1, 'even'), points, 11).sort((a, b) => a - b);
  expect(kept).toEqual(Array.from({ length: 11 }, (_, i) => 10 * i));
});
