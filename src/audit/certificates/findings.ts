/** What certificates say, in words. */
import type { FindingDraft } from '../checks/check.ts';
import type { Certificates } from './result.ts';

/** Share of the examples from which on robustness counts as proved. */
const MOST = 0.9;
/** Share of undecided examples up to which the rest speaks for the whole. */
const OPEN = 0.1;

export function undecidedBecause({ undecided, attacked }: Certificates): string | undefined {
  if (undecided.value <= OPEN || undecided.count <= attacked.count) return undefined;
  return `${undecided.count} of ${undecided.n} examples are neither proved nor broken.`;
}

export function certificateFindings(certificates: Certificates): FindingDraft[] {
  const { certified, of, epsilonText, smoothing, deployment } = certificates;
  const n = certified.n;
  const radius = certificates.radius ? ' Certified radius: least {leastRadius}, median {medianRadius}, mean {meanRadius}.' : '';
  const whose = smoothing
    ? ` This is proved, with a probability of ${1 - smoothing.alpha} for each example, of the smoothed classifier, which answers by the majority of copies with noise of ${smoothing.sigma}: the model by itself is not certified.`
    : ` The proofs hold for ${deployment.runtime} ${deployment.version} (${deployment.arithmetic}).`;
  const isMost = certified.value >= MOST;
  return [
    {
      id: isMost ? 'mostly-proved' : 'little-proved',
      severity: isMost ? 'pass' : of === 'model' && certificates.attacked.value >= certified.value ? 'low' : 'info',
      title: `Within ε = ${epsilonText} the ${smoothing ? "smoothed classifier's decision, not the model's own," : 'decision'} is proved for {certifiedAccuracy~}`,
      text: `Of ${n} examples {certifiedAccuracy} are proved to keep their class whatever the change within epsilon, {attackedShare} are broken by an attack, and {undecidedShare} are neither.${radius}${whose}`,
      remedies: isMost
        ? []
        : [
            'Give the undecided more time: gibbon certify --method auto --budget 60s.',
            'Train with larger perturbations: models of small slopes are easier to prove.',
          ],
      reference: 'docs/certify.md',
    },
  ];
}
