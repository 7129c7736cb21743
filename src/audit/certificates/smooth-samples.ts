/** Asks workers for certificates of the smoothed classifier, and puts the result together. */
import { GibbonError } from '../../base/errors.ts';
import type { CheckContext } from '../checks/check.ts';
import { type SmoothReply, smoothTask } from '../tasks/smooth.ts';
import type { CertifyParams } from './params.ts';
import { headOf } from './prove-samples.ts';
import type { Certificates, CertifiedSample } from './result.ts';
import { type Chosen, sharesOf } from './summarise.ts';

/** @throws GibbonError E_NOT_APPLICABLE in another norm than L2 */
export async function smoothSamples(context: CheckContext<CertifyParams>, chosen: readonly Chosen[]): Promise<Certificates> {
  const { rows, reporter, model, options, subject, prepared, epsilon, params } = context;
  if (options.norm !== 'l2')
    throw new GibbonError('E_NOT_APPLICABLE', 'smoothing certifies in L2 only', {
      hint: 'Give --norm l2, with an epsilon that makes sense there.',
    });
  const smoothing = { sigma: params.sigma, n: params.draws, alpha: params.alpha };
  reporter.phase(`${model.name}: smoothing`, chosen.length);
  // What the model itself answers without noise does not matter: the smoothed classifier is another one.
  const items = chosen.map(({ index }) => ({ index, label: prepared.labels[index] as number }));
  const replies = await rows(smoothTask, { subject, smoothing }, items);
  const samples = items.map((item) => sampleOf(item, replies.get(item.index) as SmoothReply, epsilon.value));
  return { ...headOf(context), smoothing, ...sharesOf(samples, epsilonsOf(samples, epsilon.value)) };
}

function sampleOf({ index, label }: { index: number; label: number }, reply: SmoothReply, epsilon: number): CertifiedSample {
  const status =
    reply.label === null ? 'undecided' : reply.label !== label ? 'misclassified' : reply.radius >= epsilon ? 'certified' : 'undecided';
  const lower = status === 'misclassified' ? 0 : reply.radius;
  return { index, status, lower, upper: null, method: 'smoothing', margin: null, obstacle: null, seconds: reply.seconds };
}

/** Points of the curve: eighths of the largest radius. */
function epsilonsOf(samples: readonly CertifiedSample[], epsilon: number): number[] {
  const most = Math.max(epsilon, ...samples.map(({ lower }) => lower));
  return Array.from({ length: 9 }, (_, i) => (i / 8) * most);
}
