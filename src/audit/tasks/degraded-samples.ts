/** What degraded examples look like: small pictures of a few of them. */
import { createDegrader, type DegradationKind } from '../../attacks/availability/degradation.ts';
import { jpegRoundTrip } from '../../data/jpeg.ts';
import { encodePng } from '../../data/resize.ts';
import { toBytes } from '../../model/rows.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import type { Cell } from './degraded.ts';

export interface SampleOrder {
  readonly subject: Subject;
  readonly kind: DegradationKind;
  /** Severity 0 is the example as it is. */
  readonly items: readonly (Cell & { readonly index: number })[];
}

/** One for each item, in order. */
export interface SampleReply {
  /** PNG data URI. */
  readonly image?: string;
}

export const degradedSamplesTask = defineSingleTask<SampleOrder, SampleReply[]>({
  kind: 'degraded-samples',
  run: async ({ subject, kind, items }, { open, runtime }) => {
    const { target, rows } = await open(subject);
    const { preprocessing } = target;
    const degrader = createDegrader({ kind, preprocessing, runtime, jpeg: jpegRoundTrip, seed: subject.seed, threads: subject.threads });
    try {
      const replies: SampleReply[] = [];
      for (const { index, unit, severity } of items) {
        const loaded = (await rows([index])).map(({ sample, row }) => ({ index: sample.index, row }));
        const [shown] = severity === 0 ? loaded.map(({ row }) => row) : await degrader.degrade(unit, severity, loaded);
        const png = await encodePng(toBytes(shown as Float32Array, preprocessing));
        replies.push({ image: `data:image/png;base64,${Buffer.from(png).toString('base64')}` });
      }
      return replies;
    } finally {
      await degrader.release();
    }
  },
});
