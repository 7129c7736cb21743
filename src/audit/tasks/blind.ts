/** How well members are told from others by somebody who never asks the model: what such a classifier finds is a difference of the data, not a leak. */
import { regressionScores, regressionStep, standardGraph } from '../../privacy/blind-graphs.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { HostTensor, Runtime } from '../../runtime/runtime.ts';
import { delongVariance } from '../../stats/auc-interval.ts';
import { aucOf, rocOf } from '../../stats/roc.ts';
import { blindFeatures } from '../blind-features.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import type { AnswerItem } from './answers.ts';

interface Rows {
  readonly subject: Subject;
  readonly items: readonly AnswerItem[];
}

export interface BlindOrder {
  readonly members: Rows;
  readonly others: Rows;
  readonly classes: number;
  readonly seed: number;
}

export interface BlindReply {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export const blindTask = defineSingleTask<BlindOrder, BlindReply>({
  kind: 'blind',
  run: async ({ members, others, classes, seed }, { open, runtime, alive }) => {
    const rows = async ({ subject, items }: Rows) => ({ opened: await open(subject), encoding: subject.preprocessing.encoding, items });
    const [inside, outside] = await blindFeatures([await rows(members), await rows(others)], classes, seed, runtime);
    alive();
    const halves = [halved(inside ?? [], seed, 'members'), halved(outside ?? [], seed, 'others')] as const;
    const folds: { auc: number; variance: number }[] = [];
    for (const i of [0, 1] as const) {
      const [fit, test] = [[halves[0][i], halves[1][i]] as const, [halves[0][1 - i], halves[1][1 - i]] as const];
      folds.push(await held(fit as Pair, test as Pair, runtime));
      alive();
    }
    const auc = folds.reduce((sum, fold) => sum + fold.auc, 0) / 2;
    const reach = (1.959963984540054 * Math.sqrt(folds.reduce((sum, { variance }) => sum + variance, 0))) / 2;
    return { auc, low: Math.max(0, auc - reach), high: Math.min(1, auc + reach), n: members.items.length + others.items.length };
  },
});

/** Members, others. */
type Pair = readonly [readonly Float32Array[], readonly Float32Array[]];

function halved(rows: readonly Float32Array[], seed: number, side: string): [readonly Float32Array[], readonly Float32Array[]] {
  const mixed = keyedRng(seed, 'blind', 'halves', side).shuffle(rows);
  const middle = Math.floor(mixed.length / 2);
  return [mixed.slice(0, middle), mixed.slice(middle)];
}

function matrix(rows: readonly Float32Array[]): HostTensor {
  const width = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return { type: 'float32', shape: [rows.length, width], data };
}

const scalar = (value: number): HostTensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });

/** Standardised numbers have a largest curvature of at most d/4 per example: steps of 4/d never overshoot. */
const STEPS = 200;

/** The area on one half of a regression that was fitted on the other. */
async function held(fit: Pair, test: Pair, runtime: Runtime): Promise<{ auc: number; variance: number }> {
  const [x, unseen] = [matrix(fit.flat()), matrix(test.flat())];
  const [n, d] = x.shape as [number, number];
  const m = unseen.shape[0] as number;
  const standard = await runtime.load(standardGraph(n, m, d));
  const made = await standard.run({ fit: x, test: unseen });
  const step = await runtime.load(regressionStep(n, d));
  const labels: HostTensor = {
    type: 'int64',
    shape: [n],
    data: BigInt64Array.from({ length: n }, (_, i) => (i < fit[0].length ? 1n : 0n)),
  };
  let w: HostTensor = { type: 'float32', shape: [d, 2], data: new Float32Array(2 * d) };
  const fixed = { x: made.fitted as HostTensor, labels, rate: scalar(4 / d) };
  for (let t = 0; t < STEPS; t++) w = (await step.run({ ...fixed, w })).next as HostTensor;
  const score = await runtime.load(regressionScores(m, d));
  const { scores } = await score.run({ x: made.tested as HostTensor, w });
  const all = Array.from(scores?.data as Float32Array);
  await Promise.all([standard.release(), step.release(), score.release()]);
  const roc = rocOf(all.slice(0, test[0].length), all.slice(test[0].length));
  return { auc: aucOf(roc), variance: delongVariance(roc) };
}
