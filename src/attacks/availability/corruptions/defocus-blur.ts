/** Defocus blur: the image of a lens out of focus, a disk with a soft rim (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';
import { bell, filtered, inside } from '../graphs/filter.ts';

interface Disk {
  readonly radius: number;
  /** Standard deviation of the rim's softening, in px. */
  readonly rim: number;
}

const disks = (rows: readonly (readonly [radius: number, rim: number])[]): Disk[] => rows.map(([radius, rim]) => ({ radius, rim }));

export const defocusBlur = defineCorruption<Disk>({
  id: 'defocus_blur',
  name: 'Defocus blur',
  family: 'blur',
  small: disks([
    [0.3, 0.4],
    [0.4, 0.5],
    [0.5, 0.6],
    [1, 0.2],
    [1.5, 0.1],
  ]),
  large: disks([
    [3, 0.1],
    [4, 0.5],
    [6, 0.5],
    [8, 0.5],
    [10, 0.5],
  ]),
  text: ({ radius, rim }) => `disk of radius ${radius} px, softened by σ ${rim} px`,
  graph: ({ g, frame }, x, { radius, rim }) => filtered(g, x, diskKernel(radius * frame.scale, rim * frame.scale), 'mirror'),
});

/** Pixels within the radius, equal and of sum 1, smoothed with a window of 3 px (5 px for radii above 8). */
export function diskKernel(radius: number, rim: number): number[][] {
  const half = radius <= 8 ? 8 : Math.ceil(radius);
  const window = cropped(bell(rim, Math.max(4, 3 / rim)), radius <= 8 ? 1 : 2);
  const at = Array.from({ length: 2 * half + 1 }, (_, i) => i - half);
  const disk = at.map((y) => at.map((x) => Number(x * x + y * y <= radius * radius)));
  const total = disk.flat().reduce((a, b) => a + b, 0);
  const smooth = (rows: number[][]): number[][] => rows.map((row) => row.map((_, i) => dot(row, window, i)));
  const turned = (rows: number[][]): number[][] => at.map((_, i) => rows.map((row) => row[i] as number));
  return trimmed(turned(smooth(turned(smooth(disk.map((row) => row.map((v) => v / total)))))));
}

function dot(row: readonly number[], window: readonly number[], at: number): number {
  const half = (window.length - 1) / 2;
  return window.reduce((sum, weight, k) => sum + weight * (row[inside(at + k - half, row.length, 'mirror')] as number), 0);
}

/** The window's middle, again of sum 1. */
function cropped(window: readonly number[], radius: number): number[] {
  const middle = (window.length - 1) / 2;
  const kept = window.slice(middle - radius, middle + radius + 1);
  const total = kept.reduce((a, b) => a + b, 0);
  return kept.map((v) => v / total);
}

/** Without borders of zeros, which only cost time. */
function trimmed(kernel: number[][]): number[][] {
  const isEmpty =
    kernel.length > 1 && [...(kernel[0] as number[]), ...kernel.map((row) => row[0] as number)].every((v) => Math.abs(v) < 1e-12);
  return isEmpty ? trimmed(kernel.slice(1, -1).map((row) => row.slice(1, -1))) : kernel;
}
