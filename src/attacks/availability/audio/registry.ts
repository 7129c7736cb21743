/** The corruptions of recordings, in alphabetical order. */
import type { Corruption } from '../corruption.ts';
import { babbleNoise } from './babble-noise.ts';
import { bandLimit } from './band-limit.ts';
import { bitDepth } from './bit-depth.ts';
import { clipping } from './clipping.ts';
import { gain } from './gain.ts';
import { packetLoss } from './packet-loss.ts';
import { pinkNoise } from './pink-noise.ts';
import { reverberation } from './reverberation.ts';
import { whiteNoise } from './white-noise.ts';

export const RECORDINGS: readonly Corruption[] = [
  babbleNoise,
  bandLimit,
  bitDepth,
  clipping,
  gain,
  packetLoss,
  pinkNoise,
  reverberation,
  whiteNoise,
];
