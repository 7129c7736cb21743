/** What is proved of each example of the model itself; what is proved of a smoothed classifier does not count here. */
import type { Certificates, CertifiedSample } from '../audit/certificates/result.ts';
import type { ModelResult, Proportion } from '../audit/result.ts';
import { proportion } from '../stats/proportion.ts';

type Proven = Pick<ModelResult, 'certificates'>;

/** Certificates of the model as deployed, if there are any. */
export function provedOf({ certificates }: Proven): Certificates | undefined {
  return certificates?.of === 'model' ? certificates : undefined;
}

const known = new WeakMap<Certificates, ReadonlyMap<number, CertifiedSample>>();

/** What is proved of the example at this position in the data set; undefined where nothing was tried. */
export function proofOf(model: Proven, index: number): CertifiedSample | undefined {
  const certificates = provedOf(model);
  if (!certificates) return undefined;
  const byIndex = known.get(certificates) ?? new Map(certificates.samples.map((sample) => [sample.index, sample]));
  known.set(certificates, byIndex);
  return byIndex.get(index);
}

/** Share of the examples that no attack broke, where certificates alone tell of it: robust accuracy lies between what is certified and this. */
export function unbrokenOf(model: Pick<ModelResult, 'certificates' | 'summary'>): Proportion | undefined {
  const certificates = provedOf(model);
  if (!certificates || model.summary.robustAccuracy.n > 0) return undefined;
  const { certified, undecided } = certificates;
  return proportion(certified.count + undecided.count, certified.n);
}
