/** How many examples a check of plain answers takes: as many as its figures need, as few as large inputs allow. */
import type { Preset } from './presets.ts';

/** `numbers`: those of a row times examples. */
const SIZES: Readonly<Record<Preset, { least: number; most: number; numbers: number }>> = {
  quick: { least: 200, most: 2000, numbers: 2e6 },
  standard: { least: 500, most: 10_000, numbers: 1e7 },
  thorough: { least: 2000, most: 50_000, numbers: 1e8 },
};

/** @param size numbers of a row */
export function affordable(preset: Preset, size: number): number {
  const { least, most, numbers } = SIZES[preset];
  return Math.max(least, Math.min(most, Math.floor(numbers / size)));
}
