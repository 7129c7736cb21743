/** Certificates of the smoothed classifier (src/certify/claims/smoothing.ts): what the model answers most often to an example with noise, and how far that is sure. */
import { certifySmoothed } from '../../certify/claims/smoothing.ts';
import type { SmoothingChoice } from '../certificates/order.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';
import { attackSamples } from '../work.ts';

export interface SmoothOrder {
  readonly subject: Subject;
  readonly smoothing: SmoothingChoice;
}

export interface SmoothItem extends RowItem {
  readonly label: number;
}

export interface SmoothReply extends RowReply {
  /** The smoothed classifier's class; null where it abstains. */
  readonly label: number | null;
  readonly radius: number;
  readonly seconds: number;
}

export const smoothTask = defineRowTask<SmoothOrder, SmoothItem, SmoothReply>({
  kind: 'smooth',
  run: async ({ subject, smoothing: { sigma, n, alpha } }, items, { open, finished, alive }) => {
    const opened = await open(subject);
    for (const sample of await attackSamples(opened, items)) {
      const started = performance.now();
      const setting = { judge: opened.target.judge, sigma, seed: subject.seed, onAsked: alive };
      const { label, radius } = await certifySmoothed(setting, sample, { n, alpha });
      await finished([{ index: sample.index, label: label ?? null, radius, seconds: (performance.now() - started) / 1000 }]);
    }
  },
});
