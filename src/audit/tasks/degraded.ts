/** What the untouched model decides on degraded examples, for each unit and severity. */
import type { DegradationKind } from '../../attacks/availability/degradation.ts';
import { openDegrader } from '../degradation/open-degrader.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';

/** A unit at one severity. */
export interface Cell {
  readonly unit: string;
  readonly severity: number;
}

export interface DegradedOrder {
  readonly subject: Subject;
  readonly kind: DegradationKind;
  readonly cells: readonly Cell[];
}

/** The decision and its confidence for each cell, in order; confidences have three digits, and are null for no number. */
export interface DegradedReply extends RowReply {
  readonly labels: readonly number[];
  readonly confidences: readonly (number | null)[];
}

/** Numbers held at a time. */
const CHUNK_NUMBERS = 4e6;
const LARGEST_CHUNK = 64;

export const degradedTask = defineRowTask<DegradedOrder, RowItem, DegradedReply>({
  kind: 'degraded',
  run: async ({ subject, kind, cells }, items, { open, runtime, finished, alive }) => {
    const opened = await open(subject);
    const { target, rows } = opened;
    const degrader = await openDegrader(opened, subject, kind, runtime);
    try {
      const chunk = Math.max(1, Math.min(LARGEST_CHUNK, Math.floor(CHUNK_NUMBERS / target.size)));
      for (let at = 0; at < items.length; at += chunk) {
        const part = items.slice(at, at + chunk);
        const loaded = (await rows(part.map(({ index }) => index))).map(({ sample, row }) => ({ index: sample.index, row }));
        const answers = part.map(({ index }) => ({ index, labels: [] as number[], confidences: [] as (number | null)[] }));
        for (const { unit, severity } of cells) {
          const degraded = await degrader.degrade(unit, severity, loaded);
          alive();
          for (const [i, { label, confidence }] of (await target.judge.decide(degraded)).entries()) {
            answers[i]?.labels.push(label);
            answers[i]?.confidences.push(Number.isFinite(confidence) ? Number(confidence.toFixed(3)) : null);
          }
        }
        await finished(answers);
      }
    } finally {
      await degrader.release();
    }
  },
});
