/** Noise on every measured number, in standard deviations of its column. */
import { measured, type TableCorruption, withNumbers } from './table-corruption.ts';

const SIZES = [0.05, 0.1, 0.25, 0.5, 1] as const;

export const measurementNoise: TableCorruption = {
  id: 'measurement_noise',
  name: 'Measurement noise',
  family: 'values',
  severities: SIZES.map((size) => `σ ${size} of the column's standard deviation`),
  suits: ({ encoding }) => measured(encoding).length > 0,
  apply: (row, severity, { encoding }, rng) => {
    const at = measured(encoding);
    const noise = new Float32Array(at.length);
    rng.fillNormal(noise, SIZES[severity - 1]);
    let next = 0;
    return withNumbers(row, encoding, at, (value, { scale }) => value + (noise[next++] as number) * scale);
  },
};
