/** From what workers found on each example to shares, radii and a curve. */
import { proportion } from '../../stats/proportion.ts';
import { median } from '../../stats/quantile.ts';
import type { CertifyReply } from './order.ts';
import type { Certificates, CertifiedSample } from './result.ts';

/** An example that was chosen, and whether the model classifies it correctly. */
export interface Chosen {
  readonly index: number;
  readonly isCorrect: boolean;
}

const WRONG = { status: 'misclassified', lower: 0, upper: null, method: null, margin: null, obstacle: null, seconds: 0 } as const;

export function sampleOf({ index }: Chosen, reply: Omit<CertifyReply, 'contradiction' | 'witness'> | undefined): CertifiedSample {
  if (!reply) return { index, ...WRONG };
  const { status, lower, upper, method, margin, obstacle, search, seconds } = reply;
  const told = { obstacle: obstacle && { ...obstacle }, ...(search && { search: { ...search } }) };
  return { index, status, lower, upper, method, margin, ...told, seconds };
}

export type Shares = Pick<Certificates, 'certified' | 'attacked' | 'undecided' | 'radius' | 'curve' | 'samples'>;

/** @param epsilons points of the curve; none where radii were not searched for */
export function sharesOf(samples: readonly CertifiedSample[], epsilons: readonly number[]): Shares {
  const n = samples.length;
  const share = (holds: (sample: CertifiedSample) => boolean): Certificates['certified'] => proportion(samples.filter(holds).length, n);
  const right = samples.filter(({ status }) => status !== 'misclassified');
  const isAttackKnown = right.some(({ upper }) => upper !== null);
  return {
    certified: share(({ status }) => status === 'certified'),
    attacked: share(({ status }) => status === 'attacked'),
    undecided: share(({ status }) => status === 'undecided'),
    ...(epsilons.length > 0 && right.length > 0 && { radius: radiiOf(right) }),
    curve: epsilons.map((epsilon) => ({
      epsilon,
      certified: share(({ status, lower }) => status !== 'misclassified' && lower >= epsilon),
      unbroken: isAttackKnown ? share(({ status, upper }) => status !== 'misclassified' && (upper ?? Infinity) > epsilon) : null,
    })),
    samples: [...samples],
  };
}

function radiiOf(right: readonly CertifiedSample[]): NonNullable<Certificates['radius']> {
  const reached = right.flatMap(({ upper }) => (upper === null ? [] : [upper]));
  return {
    certified: summary(right.map(({ lower }) => lower)),
    attacked: reached.length > 0 ? summary(reached) : null,
    n: right.length,
    broken: reached.length,
  };
}

function summary(values: readonly number[]): NonNullable<Certificates['radius']>['certified'] {
  return { least: Math.min(...values), median: median(values), mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}
