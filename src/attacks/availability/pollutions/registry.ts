/** The pollutions of a lens and a sensor, in alphabetical order. */
import type { Corruption } from '../corruption.ts';
import { deadColumns } from './dead-columns.ts';
import { deadPixels } from './dead-pixels.ts';
import { deadRows } from './dead-rows.ts';
import { dirt } from './dirt.ts';
import { dust } from './dust.ts';
import { fingerprint } from './fingerprint.ts';
import { hotPixels } from './hot-pixels.ts';
import { lensFlare } from './lens-flare.ts';
import { scratches } from './scratches.ts';
import { smudge } from './smudge.ts';
import { sticker } from './sticker.ts';
import { stuckPixels } from './stuck-pixels.ts';
import { waterDroplets } from './water-droplets.ts';

export const POLLUTIONS: readonly Corruption[] = [
  deadColumns,
  deadPixels,
  deadRows,
  dirt,
  dust,
  fingerprint,
  hotPixels,
  lensFlare,
  scratches,
  smudge,
  sticker,
  stuckPixels,
  waterDroplets,
];
