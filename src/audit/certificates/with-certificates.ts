/** A model's result with what was proved of it. */
import type { ModelResult } from '../result.ts';
import { byThemselves } from './by-themselves.ts';
import type { Certificates } from './result.ts';
import type { Broken } from './witness.ts';

/** What a check broke itself stands with the examples. */
export function withWitnesses(result: ModelResult, { witnesses }: Broken): ModelResult {
  return {
    ...result,
    samples: result.samples.map((sample) => ({ ...sample, adversarial: witnesses.get(sample.index) ?? sample.adversarial })),
  };
}

/** The share in the summary is the model's own: what is proved of a smoothed classifier does not stand there. */
export function withCertificates(result: ModelResult, certificates: Certificates | undefined): ModelResult {
  if (!certificates) return result;
  const { headline, verdict, ...shares } = result.summary;
  const own = certificates.of === 'model' ? { certifiedAccuracy: certificates.certified } : {};
  const told = result.attacks.length > 0 ? { verdict, headline } : byThemselves(result.summary.cleanAccuracy, certificates);
  return { ...result, summary: { ...shares, ...own, ...told }, certificates };
}
