/** Gradients through what the lowerings write, where it is more than one core operator, against central differences. */
import { describe, it } from 'vitest';
import { expectLoweredGradient } from '../../../test/support/expect-lowered-gradient.ts';
import type { Lowered } from '../../../test/support/expect-lowering.ts';
import { ATTENTION } from '../../../test/support/lowerings/attention.ts';
import { CLASSICAL } from '../../../test/support/lowerings/classical.ts';
import { CONTRIB } from '../../../test/support/lowerings/contrib.ts';
import { FUNCTIONS } from '../../../test/support/lowerings/functions.ts';
import { LOSSES, PRODUCTS } from '../../../test/support/lowerings/losses.ts';
import { EINSUMS, NORMALISATIONS } from '../../../test/support/lowerings/normalise.ts';
import { RECURRENT } from '../../../test/support/lowerings/recurrent.ts';

/** Float inputs alone: what is fed as it is would be differentiated too. */
const isDifferentiated = (spec: Lowered): boolean =>
  spec.inputs.some((given) => Array.isArray(given)) && !spec.inputs.some((given) => given && 'fed' in given);
const label = ({ op, opset, attributes = {} }: Lowered): string =>
  `${op}-${opset} ${Object.entries(attributes)
    .map(([name, { value }]) => `${name}=${value}`)
    .join(' ')}`;

/** Points of each function's domain, none of them near a kink or an end. */
const POINTS: Readonly<Record<string, readonly number[]>> = {
  Acos: [-0.9, -0.2, 0.1, 0.8],
  Acosh: [1.2, 1.9, 3, 5],
  Asin: [-0.9, -0.2, 0.1, 0.8],
  Asinh: [-3, -0.2, 0, 2],
  Atan: [-3, -0.2, 0, 2],
  Atanh: [-0.9, -0.2, 0.1, 0.8],
  Cosh: [-3, -0.2, 0, 2],
  Sinh: [-3, -0.2, 0, 2],
  Tan: [-1.2, -0.2, 0, 0.9],
};

describe('gradients through lowerings', () => {
  const all = [...ATTENTION, ...CLASSICAL, ...LOSSES, ...PRODUCTS, ...CONTRIB, ...EINSUMS, ...FUNCTIONS, ...NORMALISATIONS, ...RECURRENT];
  const cases = all.filter((spec) => isDifferentiated(spec) && (spec.types?.[0] ?? 'float32') === 'float32');
  it.each(cases.map((spec) => [label(spec), spec] as const))('%s', (_, spec) => expectLoweredGradient(spec));
  it.each(Object.entries(POINTS))('%s', (op, points) => expectLoweredGradient({ op, opset: 9, inputs: [[points.length]] }, [points]));
});
