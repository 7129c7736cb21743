/** What certificates say of a model where no attacks of an audit do. */
import { proportion } from '../../stats/proportion.ts';
import type { ModelResult, Proportion } from '../result.ts';
import { classOf, isShownRobust, range, verdictOf } from '../verdict.ts';
import type { Certificates } from './result.ts';

/** The verdict where no attacks of an audit ran: robust by what is proved, fragile or broken by what attacks left, and undecided between them. */
export function byThemselves(clean: Proportion, certificates: Certificates): Pick<ModelResult['summary'], 'verdict' | 'headline'> {
  const { certified, undecided, of } = certificates;
  if (of !== 'model')
    return {
      verdict: 'undecided',
      headline: `Undecided: of the model itself nothing is proved; the smoothed classifier is ${countsOf(certificates)}.`,
    };
  if (isShownRobust(clean, certified)) return { verdict: 'robust', headline: `Robust: ${countsOf(certificates)}.` };
  const verdict = verdictOf(clean, proportion(certified.count + undecided.count, certified.n), 'full');
  if (verdict === 'fragile' || verdict === 'broken') return { verdict, headline: `${WORDS[verdict]}: ${countsOf(certificates)}.` };
  const isFew = classOf(clean, certified.value) === 'robust';
  return { verdict: 'undecided', headline: `Undecided: ${countsOf(certificates)}${isFew ? '; too few to call the model robust' : ''}.` };
}

const WORDS = { fragile: 'Fragile', broken: 'Broken' } as const;

/** Every example is told of; what none of them is goes without saying. */
function countsOf({ certified, attacked, undecided, epsilonText }: Certificates): string {
  const n = certified.n;
  const rest = [
    [attacked.count, 'broken by an attack'],
    [undecided.count, 'undecided'],
    [n - certified.count - attacked.count - undecided.count, 'misclassified'],
  ] as const;
  const words = rest.flatMap(([count, what]) => (count > 0 ? [`, ${count} ${what}`] : []));
  return `certified on ${certified.count} of ${n} examples (${range(certified)}) within ε = ${epsilonText}${words.join('')}`;
}
