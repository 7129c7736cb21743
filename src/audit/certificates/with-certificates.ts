/** A model's result with what was proved of it. */
import { proportion } from '../../stats/proportion.ts';
import type { ModelResult } from '../result.ts';
import { verdictOf } from '../verdict.ts';
import type { Certificates } from './result.ts';

/** The share in the summary is the model's own: what is proved of a smoothed classifier does not stand there. */
export function withCertificates(result: ModelResult, certificates: Certificates | undefined): ModelResult {
  if (!certificates) return result;
  const { headline, verdict, ...shares } = result.summary;
  const own = certificates.of === 'model' ? { certifiedAccuracy: certificates.certified } : {};
  const told = result.attacks.length > 0 ? { verdict, headline } : byThemselves(result, certificates);
  return { ...result, summary: { ...shares, ...own, ...told }, certificates };
}

/** The verdict where no attacks of an audit ran: what is proved and what is not broken must speak for the same. */
function byThemselves({ summary }: ModelResult, certificates: Certificates): Pick<ModelResult['summary'], 'verdict' | 'headline'> {
  const { certified, attacked, undecided, of, epsilonText } = certificates;
  const n = certified.n;
  const counts = `of ${n} examples ${certified.count} are certified, ${attacked.count} broken, ${undecided.count} undecided`;
  if (of !== 'model')
    return {
      verdict: summary.verdict,
      headline: `Undecided: of the model itself nothing is proved; of the smoothed classifier, within ε = ${epsilonText}, ${counts}.`,
    };
  const [low, high] = [certified, proportion(certified.count + undecided.count, n)].map((robust) =>
    verdictOf(summary.cleanAccuracy, robust, 'full'),
  ) as [typeof summary.verdict, typeof summary.verdict];
  const verdict = low === high ? low : 'undecided';
  return { verdict, headline: `${WORDS[verdict]}: within ε = ${epsilonText}, ${counts}.` };
}

const WORDS = { robust: 'Robust', fragile: 'Fragile', broken: 'Broken', undecided: 'Undecided' } as const;
