/** The examples that two runs share, so that they can be compared one by one. */
import type { ModelResult, SampleResult } from '../result.ts';

export interface PairedSample {
  readonly before: SampleResult;
  readonly after: SampleResult;
}

export interface Pairing {
  readonly pairs: readonly PairedSample[];
  /** Why the runs are compared as two samples rather than example by example; undefined where they are paired. */
  readonly unpaired: string | undefined;
}

/** Below this share of either run the common examples speak for too few. */
const ENOUGH = 0.5;

export function pairSamples(before: ModelResult, after: ModelResult): Pairing {
  if (before.data.sha256 !== after.data.sha256) return { pairs: [], unpaired: 'the data has changed' };
  const known = new Map(before.samples.map((sample) => [sample.index, sample]));
  const pairs = after.samples.flatMap((sample): PairedSample[] => {
    const other = known.get(sample.index);
    return other?.id === sample.id && other.label === sample.label ? [{ before: other, after: sample }] : [];
  });
  const most = Math.max(before.samples.length, after.samples.length);
  if (pairs.length >= ENOUGH * most && pairs.length > 0) return { pairs, unpaired: undefined };
  return { pairs: [], unpaired: `the runs share only ${pairs.length} examples` };
}
