/** What certificates say, in words. */

import { proportion } from '../../stats/proportion.ts';
import type { FindingDraft } from '../checks/check.ts';
import { range } from '../verdict.ts';
import { type Certificates, isOfTrees } from './result.ts';

/** What must hold of more than this share to hold of most. */
const HALF = 0.5;

type Standing = 'proved' | 'refuted' | 'open';

/** By the intervals: are most examples proved, or can most not be, for they are broken or wrong without any attack? */
function standingOf({ certified, undecided }: Certificates): Standing {
  if (certified.low > HALF) return 'proved';
  return proportion(certified.count + undecided.count, certified.n).high < HALF ? 'refuted' : 'open';
}

export function undecidedBecause(certificates: Certificates): string | undefined {
  const { undecided, attacked, certified, of } = certificates;
  const n = certified.n;
  if (of !== 'model')
    return `Nothing is proved of the model itself: of the smoothed classifier, ${certified.count} of ${n} examples are certified.`;
  if (standingOf(certificates) !== 'open') return undefined;
  if (certified.value > HALF)
    return `${certified.count} of ${n} examples are certified: too few to say that most are (${range(certified)}).`;
  if (undecided.count > attacked.count) return `${undecided.count} of ${n} examples are neither proved nor broken.`;
  return `${attacked.count} of ${n} examples are broken, ${certified.count} certified: too few examples to tell.`;
}

const SEVERITY = { proved: 'pass', open: 'info', refuted: 'low' } as const;

export function certificateFindings(certificates: Certificates): FindingDraft[] {
  const { certified, epsilonText, smoothing, deployment } = certificates;
  const n = certified.n;
  const radius = certificates.radius ? ' Certified radius: least {leastRadius}, median {medianRadius}, mean {meanRadius}.' : '';
  const whose = smoothing
    ? ` This is proved, with a probability of ${1 - smoothing.alpha} for each example, of the smoothed classifier, which answers by the majority of copies with noise of ${smoothing.sigma}: the model by itself is not certified.`
    : ` The proofs hold for ${deployment.runtime} ${deployment.version} (${deployment.arithmetic}).`;
  const standing = standingOf(certificates);
  const isProved = standing === 'proved';
  return [
    {
      id: isProved ? 'mostly-proved' : 'little-proved',
      severity: SEVERITY[standing],
      title: `Within ε = ${epsilonText} the ${smoothing ? "smoothed classifier's decision, not the model's own," : 'decision'} is proved for {certifiedAccuracy~}`,
      text: `Of ${n} examples {certifiedAccuracy} are proved to keep their class whatever the change within epsilon, {attackedShare} are broken by an attack, and {undecidedShare} are neither.${radius}${whose}`,
      remedies: isProved
        ? []
        : [
            ...(certified.value > HALF ? ['Certify more examples: gibbon certify --n 100.'] : []),
            ...(certificates.undecided.count > 0 ? ['Give the undecided more time: gibbon certify --method auto --budget 60s.'] : []),
            isOfTrees(certificates)
              ? 'Trees that are trained for robustness (arXiv:1902.10660) keep their thresholds away from the data.'
              : 'Train with larger perturbations: models of small slopes are easier to prove.',
          ],
      reference: 'docs/certify.md',
    },
  ];
}
