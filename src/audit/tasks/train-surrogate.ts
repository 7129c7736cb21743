/** Trains a small surrogate on examples with their true labels: no question goes to the audited model. */
import type { DataSpec } from '../../data/dataset.ts';
import { matchLabels } from '../../data/match-labels.ts';
import { openDataset } from '../../data/open.ts';
import { subset } from '../../data/subset.ts';
import type { FitData } from '../../training/fit.ts';
import { affordable, trainSmallNet } from '../../training/train-small.ts';
import type { Subject } from '../subject.ts';
import { packed, type TrainedSurrogate } from '../surrogates.ts';
import { defineSingleTask } from '../task.ts';
import { rowsOf } from '../work.ts';

export interface Training {
  /** The audited subject: its form of the input and, without `from`, its data. */
  readonly subject: Subject;
  /** Other data, with the hash of its content. */
  readonly from?: { readonly data: DataSpec; readonly sha256: string } | undefined;
  /** Examples of the subject's own data that may be used, with their labels. */
  readonly rest: readonly { readonly index: number; readonly label: number }[];
  readonly classes: number;
  readonly classNames: readonly string[] | null;
  /** Multiply-adds. */
  readonly budget: number;
  readonly adversary: { readonly epsilon: number; readonly range: readonly [low: number, high: number] } | null;
}

export type Trained = Pick<TrainedSurrogate, 'plan' | 'weights' | 'sha256'> & {
  /** Examples that it was trained on, of how many that there were. */
  readonly n: number;
  readonly of: number;
  readonly epochs: number;
  /** Mean cross-entropy over the last epoch; null where it is no number. */
  readonly loss: number | null;
};

/** Of the loss of a guess, what a network that has learned nothing comes near. */
const COLLAPSED = 0.95;

export const trainSurrogate = defineSingleTask<Training, Trained>({
  kind: 'train-surrogate',
  run: async (order, { runtime }) => {
    const { subject, classes, budget, adversary } = order;
    const plan = { rows: subject.preprocessing, classes };
    const { data, of } = await examplesFor(order, affordable(plan, budget, adversary !== null));
    const training = { data, plan, seed: subject.seed, budget };
    const hardened = adversary && (await trainSmallNet({ ...training, adversary }, runtime));
    // Against too large a ball a small network answers the same to everything: better a natural one.
    const made = hardened && hardened.loss < COLLAPSED * Math.log(classes) ? hardened : await trainSmallNet(training, runtime);
    const loss = Number.isFinite(made.loss) ? made.loss : null;
    return { plan: made.plan, ...packed(made.weights), n: data.labels.length, of, epochs: made.epochs, loss };
  },
});

/** At most so many examples, with the shares of the classes kept. */
async function examplesFor(order: Training, most: number): Promise<{ data: FitData; of: number }> {
  const { subject, from, rest, classes, classNames } = order;
  const dataset = await openDataset(from?.data ?? subject.data);
  const all = from ? Array.from(matchLabels(dataset, classNames ?? undefined, classes).labels, (label, index) => ({ index, label })) : rest;
  const labels = Int32Array.from(all, ({ label }) => label);
  const picked = subset({ length: all.length, labels }, { n: Math.max(1, Math.min(most, all.length)), seed: subject.seed });
  const rows = await rowsOf(dataset, subject.preprocessing)(picked.map((i) => all[i]?.index as number));
  const size = rows[0]?.row.length ?? 0;
  const images = new Float32Array(rows.length * size);
  for (const [i, { row }] of rows.entries()) images.set(row, i * size);
  return {
    data: { images, labels: Int32Array.from(picked, (i) => labels[i] as number), shape: subject.preprocessing.shape },
    of: all.length,
  };
}
