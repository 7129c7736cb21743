/** Glass blur: pixels change places with near ones, between two slight blurs, as behind frosted glass (arXiv:1903.12261). */
import type { Rng } from '../../../rng/rng.ts';
import { defineCorruption } from '../corruption.ts';
import { areaOf, type Frame } from '../frame.ts';
import { gaussian } from '../graphs/filter.ts';
import { asPlanes, pixelsAt } from '../graphs/sample.ts';

interface Glass {
  readonly sigma: number;
  /** Largest move in px. */
  readonly reach: number;
  readonly rounds: number;
}

const glasses = (rows: readonly (readonly [number, number, number])[]): Glass[] =>
  rows.map(([sigma, reach, rounds]) => ({ sigma, reach, rounds }));

export const glassBlur = defineCorruption<Glass>({
  id: 'glass_blur',
  name: 'Glass blur',
  family: 'blur',
  small: glasses([
    [0.05, 1, 1],
    [0.25, 1, 1],
    [0.4, 1, 1],
    [0.25, 1, 2],
    [0.4, 1, 2],
  ]),
  large: glasses([
    [0.7, 1, 2],
    [0.9, 2, 1],
    [1, 2, 3],
    [1.1, 3, 2],
    [1.5, 4, 2],
  ]),
  text: ({ sigma, reach, rounds }) => `σ ${sigma} px, moves up to ${reach} px, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
  draw: (p, frame, rng) => ({ from: moves(p, frame, rng) }),
  graph: ({ g, frame, drawn }, x, { sigma }) => {
    const blurred = gaussian(g, x, sigma * frame.scale);
    const places = g.cast(drawn('from', [areaOf(frame)]), 'int64');
    const moved = asPlanes(g, pixelsAt(g, blurred, places), x.shape as [number, number, number, number]);
    return gaussian(g, moved, sigma * frame.scale);
  },
});

/**
 * The place that each pixel's value comes from. One after the other takes a near one's value, as it is by then; the published data were made so
 * (an exchange was meant, but the assignment there writes through a view).
 */
function moves({ reach, rounds }: Glass, frame: Frame, rng: Rng): Float32Array {
  const { height, width, scale } = frame;
  const far = Math.max(1, Math.round(reach * scale));
  const from = Float32Array.from({ length: areaOf(frame) }, (_, i) => i);
  for (let round = 0; round < rounds; round++) {
    for (let h = height - far; h > far; h--) {
      for (let w = width - far; w > far; w--) {
        const column = w + rng.int(2 * far) - far;
        const row = h + rng.int(2 * far) - far;
        if (h < height && w < width) from[h * width + w] = from[row * width + column] as number;
      }
    }
  }
  return from;
}
