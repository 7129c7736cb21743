/** What a certifier's own attacks found: inputs within epsilon that fool the model, kept in the run's folder like those of an audit's attacks. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CertifyOrder, Witness } from './order.ts';

/** What a check broke itself: the witnesses by index, and what the names of the files with them begin with. */
export interface Broken {
  readonly witnesses: ReadonlyMap<number, Witness>;
  readonly saved: string | undefined;
}

/** What the names of the files with these inputs begin with: another epsilon or another model gives another name. Undefined where the run has no folder. */
export function witnessPrefix({ folder, model, norm, epsilon, subject, most }: CertifyOrder): string | undefined {
  if (folder === undefined) return undefined;
  const { data, preprocessing, seed } = subject;
  const about = JSON.stringify([model.sha256, norm, epsilon, most, data, preprocessing, seed]);
  const key = createHash('sha256').update(about).digest('hex');
  return join(folder, 'adversarial', model.name, `certified-robustness-${key.slice(0, 10)}`);
}
