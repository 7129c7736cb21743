/** What certificates say, in words. */
import type { FindingDraft } from '../checks/check.ts';
import type { Certificates } from './result.ts';

/** Are most of the examples proved? */
const isMost = ({ certified }: Certificates): boolean => certified.value > 0.5;

export function undecidedBecause(certificates: Certificates): string | undefined {
  const { undecided, attacked, certified, of } = certificates;
  if (of !== 'model')
    return `Nothing is proved of the model itself: of the smoothed classifier, ${certified.count} of ${certified.n} examples are certified.`;
  if (isMost(certificates) || undecided.count <= attacked.count) return undefined;
  return `${undecided.count} of ${undecided.n} examples are neither proved nor broken.`;
}

export function certificateFindings(certificates: Certificates): FindingDraft[] {
  const { certified, epsilonText, smoothing, deployment } = certificates;
  const n = certified.n;
  const radius = certificates.radius ? ' Certified radius: least {leastRadius}, median {medianRadius}, mean {meanRadius}.' : '';
  const whose = smoothing
    ? ` This is proved, with a probability of ${1 - smoothing.alpha} for each example, of the smoothed classifier, which answers by the majority of copies with noise of ${smoothing.sigma}: the model by itself is not certified.`
    : ` The proofs hold for ${deployment.runtime} ${deployment.version} (${deployment.arithmetic}).`;
  const isProved = isMost(certificates);
  const isOpen = undecidedBecause(certificates) !== undefined;
  return [
    {
      id: isProved ? 'mostly-proved' : 'little-proved',
      severity: isProved ? 'pass' : isOpen ? 'info' : 'low',
      title: `Within ε = ${epsilonText} the ${smoothing ? "smoothed classifier's decision, not the model's own," : 'decision'} is proved for {certifiedAccuracy~}`,
      text: `Of ${n} examples {certifiedAccuracy} are proved to keep their class whatever the change within epsilon, {attackedShare} are broken by an attack, and {undecidedShare} are neither.${radius}${whose}`,
      remedies: isProved
        ? []
        : [
            'Give the undecided more time: gibbon certify --method auto --budget 60s.',
            'Train with larger perturbations: models of small slopes are easier to prove.',
          ],
      reference: 'docs/certify.md',
    },
  ];
}
