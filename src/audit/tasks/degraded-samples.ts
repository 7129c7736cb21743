/** What degraded examples look like: small pictures, envelopes, texts or changed columns of a few of them. */
import type { DegradationKind } from '../../attacks/availability/degradation.ts';
import { textOf } from '../../base/code-points.ts';
import { piecesOf } from '../../base/text-diff.ts';
import { thumbnail } from '../../data/thumbnail.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { imageSize, toBytes } from '../../model/rows.ts';
import { changesOf } from '../columns.ts';
import { openDegrader } from '../degradation/open-degrader.ts';
import type { ColumnChange } from '../result.ts';
import { envelope } from '../sound-pictures.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import type { Cell } from './degraded.ts';

export interface SampleOrder {
  readonly subject: Subject;
  readonly kind: DegradationKind;
  /** Severity 0 is the example as it is. */
  readonly items: readonly (Cell & { readonly index: number })[];
}

/** One for each item, in order; what the kind of data has. */
export interface SampleReply {
  /** PNG data URI. */
  readonly image?: string;
  readonly envelope?: number[][];
  readonly pieces?: ReturnType<typeof piecesOf>;
  readonly changes?: ColumnChange[];
}

export const degradedSamplesTask = defineSingleTask<SampleOrder, SampleReply[]>({
  kind: 'degraded-samples',
  run: async ({ subject, kind, items }, { open, runtime }) => {
    const opened = await open(subject);
    const { preprocessing } = opened.target;
    const degrader = await openDegrader(opened, subject, kind, runtime);
    try {
      const replies: SampleReply[] = [];
      for (const { index, unit, severity } of items) {
        const loaded = (await opened.rows([index])).map(({ sample, row }) => ({ index: sample.index, row }));
        const [original] = loaded.map(({ row }) => row);
        const [made] = severity === 0 ? [original] : await degrader.degrade(unit, severity, loaded);
        replies.push(await shown(preprocessing, original as Float32Array, made as Float32Array));
      }
      return replies;
    } finally {
      await degrader.release();
    }
  },
});

/** Longest side of a shown picture, in px: sixteen of them are half a megabyte. */
const LARGEST = 128;
/** Longest text that is shown in full. */
const LONGEST = 600;

async function shown(preprocessing: Preprocessing, original: Float32Array, made: Float32Array): Promise<SampleReply> {
  const { modality, encoding } = preprocessing;
  if (modality === 'text') return { pieces: piecesOf(cut(textOf(original)), cut(textOf(made))) };
  if (encoding?.kind === 'ports') return { changes: changesOf(encoding, original, made) };
  if (modality === 'waveform') return { envelope: envelope(made) };
  if (![1, 3].includes(imageSize(preprocessing).channels)) return {};
  const png = await thumbnail(toBytes(made, preprocessing), LARGEST);
  return { image: `data:image/png;base64,${Buffer.from(png).toString('base64')}` };
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
