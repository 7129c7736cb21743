/** Gradients through what the lowerings write, where it is more than one core operator, against central differences. */
import { describe, it } from 'vitest';
import { expectLoweredGradient } from '../../../test/support/expect-lowered-gradient.ts';
import type { Lowered } from '../../../test/support/expect-lowering.ts';
import { ATTENTION } from '../../../test/support/lowerings/attention.ts';
import { CLASSICAL } from '../../../test/support/lowerings/classical.ts';
import { CONTRIB } from '../../../test/support/lowerings/contrib.ts';
import { EINSUMS, NORMALISATIONS } from '../../../test/support/lowerings/normalise.ts';
import { RECURRENT } from '../../../test/support/lowerings/recurrent.ts';

const named = (spec: Lowered): boolean =>
  spec.inputs.some((given) => Array.isArray(given)) && !spec.inputs.some((given) => given && 'fed' in given);
const label = ({ op, opset, attributes = {} }: Lowered): string =>
  `${op}-${opset} ${Object.entries(attributes)
    .map(([name, { value }]) => `${name}=${value}`)
    .join(' ')}`;

describe('gradients through lowerings', () => {
  const cases = [...ATTENTION, ...CLASSICAL, ...CONTRIB, ...EINSUMS, ...NORMALISATIONS, ...RECURRENT].filter(named);
  it.each(cases.map((spec) => [label(spec), spec] as const))('%s', (_, spec) => expectLoweredGradient(spec));
});
