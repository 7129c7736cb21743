/** Were gradients averaged over the draws of the model's random layers (EOT), and decisions put to the vote? */
import { DRAWS } from '../../model/target.ts';
import type { AuditOptions } from '../options.ts';
import type { Prepared } from '../subject.ts';

interface About {
  readonly options: Pick<AuditOptions, 'gradients'>;
  readonly prepared: Pick<Prepared, 'random' | 'unsupported'>;
}

/** Draws of each gradient; 1 where the model has no random layers that are known. */
export function drawsOf({ options, prepared }: About): number {
  return (prepared.random ?? []).length > 0 ? (options.gradients?.draws ?? DRAWS) : 1;
}

export const isAveraged = (about: About): boolean => about.prepared.unsupported.length === 0 && drawsOf(about) > 1;
