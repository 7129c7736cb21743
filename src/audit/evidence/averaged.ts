/** Were gradients averaged over the draws of the model's random layers (EOT), and decisions put to the vote? */
import { DRAWS } from '../../model/target.ts';
import type { AuditOptions } from '../options.ts';
import type { Prepared } from '../subject.ts';

interface About {
  readonly options: Pick<AuditOptions, 'gradients'>;
  readonly prepared: Pick<Prepared, 'random' | 'unsupported' | 'preprocessing'>;
}

/** The judge puts the answers of every model to the vote of which it knows random layers. */
export const isVoted = ({ prepared }: Pick<About, 'prepared'>): boolean => (prepared.random ?? []).length > 0;

/** Draws of each gradient; 1 where the model has no random layers that are known. */
export function drawsOf({ options, prepared }: About): number {
  return isVoted({ prepared }) ? (options.gradients?.draws ?? DRAWS) : 1;
}

/** Text is attacked without gradients. */
export const isAveraged = (about: About): boolean =>
  about.prepared.unsupported.length === 0 && about.prepared.preprocessing.modality !== 'text' && drawsOf(about) > 1;
