/** Every attack, by id. */
import { GibbonError } from '../base/errors.ts';
import type { Attack } from './attack.ts';
import { apgd } from './evasion/apgd.ts';
import { apgdTargeted } from './evasion/apgd-targeted.ts';
import { auto } from './evasion/auto.ts';
import { best } from './evasion/best.ts';
import { boundary } from './evasion/boundary.ts';
import { caa } from './evasion/caa.ts';
import { capgd } from './evasion/capgd.ts';
import { carliniWagner } from './evasion/carlini-wagner.ts';
import { charmer } from './evasion/charmer.ts';
import { cube } from './evasion/cube.ts';
import { datasetAttack } from './evasion/dataset-attack.ts';
import { ddn } from './evasion/ddn.ts';
import { deepfool } from './evasion/deepfool.ts';
import { ead } from './evasion/ead.ts';
import { fab } from './evasion/fab.ts';
import { fabTargeted } from './evasion/fab-targeted.ts';
import { fgsm } from './evasion/fgsm.ts';
import { fmn } from './evasion/fmn.ts';
import { gaussianNoise } from './evasion/gaussian-noise.ts';
import { hopSkipJump } from './evasion/hop-skip-jump.ts';
import { jsma } from './evasion/jsma.ts';
import { mimic } from './evasion/mimic.ts';
import { moeva } from './evasion/moeva.ts';
import { momentum } from './evasion/momentum.ts';
import { nes } from './evasion/nes.ts';
import { onePixel } from './evasion/one-pixel.ts';
import { pgd } from './evasion/pgd.ts';
import { photometric } from './evasion/photometric.ts';
import { randomEdits } from './evasion/random-edits.ts';
import { rays } from './evasion/rays.ts';
import { sparseL1 } from './evasion/sparse-l1.ts';
import { spatial } from './evasion/spatial.ts';
import { spsa } from './evasion/spsa.ts';
import { square } from './evasion/square.ts';
import { substitute } from './evasion/substitute.ts';
import { uniformNoise } from './evasion/uniform-noise.ts';

export const ATTACKS: readonly Attack[] = [
  apgd,
  apgdTargeted,
  auto,
  best,
  boundary,
  caa,
  capgd,
  carliniWagner,
  charmer,
  cube,
  datasetAttack,
  ddn,
  deepfool,
  ead,
  fab,
  fabTargeted,
  fgsm,
  fmn,
  gaussianNoise,
  hopSkipJump,
  jsma,
  mimic,
  moeva,
  momentum,
  nes,
  onePixel,
  pgd,
  photometric,
  randomEdits,
  rays,
  sparseL1,
  spatial,
  spsa,
  square,
  substitute,
  uniformNoise,
];

/** @throws GibbonError E_USAGE listing the known ids */
export function attackOf(id: string): Attack {
  const attack = ATTACKS.find((one) => one.id === id);
  if (attack) return attack;
  throw new GibbonError('E_USAGE', `there is no attack called ${id}`, { hint: `Known: ${ATTACKS.map((one) => one.id).join(', ')}.` });
}
