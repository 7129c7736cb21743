/** AlexNet's errors on ImageNet-C, by which mean corruption errors are normalised (Hendrycks & Dietterich, arXiv:1903.12261, equation in section 4). */
import type { Scores } from './scores.ts';

/** Mean top-1 error over five severities, as its authors' evaluation and OpenMMLab's metric use them. */
const ERRORS: Readonly<Record<string, number>> = {
  gaussian_noise: 0.886428,
  shot_noise: 0.894468,
  impulse_noise: 0.92264,
  defocus_blur: 0.81988,
  glass_blur: 0.826268,
  motion_blur: 0.785948,
  zoom_blur: 0.79836,
  snow: 0.866816,
  frost: 0.826572,
  fog: 0.819324,
  brightness: 0.564592,
  contrast: 0.853204,
  elastic_transform: 0.646056,
  pixelate: 0.71784,
  jpeg_compression: 0.6065,
};

/** The mean corruption error as a share of AlexNet's; undefined unless all 15 corruptions were tried at all five severities. */
export function alexNetShare({ units }: Scores): number | undefined {
  const shares = Object.entries(ERRORS).map(([id, error]) => {
    const unit = units.find((one) => one.unit === id);
    return unit?.cells.length === 5 ? (1 - unit.accuracy) / error : Number.NaN;
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return Number.isNaN(mean) ? undefined : mean;
}
