/** Which non-members stand among the members, too: rows that become the same input of the model. */
import { createHash } from 'node:crypto';
import { cellOf } from '../../model/ports-encoding.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask, type TaskTools } from '../task.ts';
import { inParts } from '../work.ts';

interface Rows {
  readonly subject: Subject;
  readonly indices: readonly number[];
}

export interface OverlapOrder {
  readonly members: Rows;
  readonly others: Rows;
}

export interface Overlap {
  /** Indices of non-members that are members. */
  readonly others: readonly number[];
}

export const overlapTask = defineSingleTask<OverlapOrder, Overlap>({
  kind: 'overlap',
  run: async ({ members, others }, tools) => {
    const known = new Set((await fingerprints(members, tools)).values());
    return { others: [...(await fingerprints(others, tools))].filter(([, print]) => known.has(print)).map(([index]) => index) };
  },
});

async function fingerprints({ subject, indices }: Rows, { open, alive, progress }: TaskTools): Promise<Map<number, string>> {
  const prints = new Map<number, string>();
  await inParts(await open(subject), indices, async (part) => {
    for (const { sample, row } of part) prints.set(sample.index, fingerprint(row, subject.preprocessing));
    alive();
    progress(part.length);
  });
  return prints;
}

/** Of the cells where the row is one of a table (categories have other positions in another file), of the code points without padding for text. */
function fingerprint(row: Float32Array, { encoding }: Preprocessing): string {
  const hash = createHash('sha1');
  if (encoding?.kind === 'ports') hash.update(encoding.columns.map((column, i) => cellOf(row[i] as number, column)).join('\u0000'));
  else if (encoding?.kind === 'text') hash.update(row.filter((point) => point > 0).join());
  else hash.update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  return hash.digest('base64');
}
