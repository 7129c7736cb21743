/** The corruptions of ImageNet-C, in alphabetical order. */
import type { Corruption } from '../corruption.ts';
import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { defocusBlur } from './defocus-blur.ts';
import { elasticTransform } from './elastic-transform.ts';
import { fog } from './fog.ts';
import { frost } from './frost.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { glassBlur } from './glass-blur.ts';
import { impulseNoise } from './impulse-noise.ts';
import { jpegCompression } from './jpeg-compression.ts';
import { motionBlur } from './motion-blur.ts';
import { pixelate } from './pixelate.ts';
import { saturate } from './saturate.ts';
import { shotNoise } from './shot-noise.ts';
import { snow } from './snow.ts';
import { spatter } from './spatter.ts';
import { speckleNoise } from './speckle-noise.ts';
import { zoomBlur } from './zoom-blur.ts';

export const CORRUPTIONS: readonly Corruption[] = [
  brightness,
  contrast,
  defocusBlur,
  elasticTransform,
  fog,
  frost,
  gaussianBlur,
  gaussianNoise,
  glassBlur,
  impulseNoise,
  jpegCompression,
  motionBlur,
  pixelate,
  saturate,
  shotNoise,
  snow,
  spatter,
  speckleNoise,
  zoomBlur,
];
