/** What a worker process does for an audit: it opens model and data itself, attacks, judges and measures; only small results leave it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AttackSample } from '../attacks/attack.ts';
import { defaultBatch } from '../attacks/iterate.ts';
import { attackOf } from '../attacks/registry.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import { writeNpz } from '../data/npy-write.ts';
import { openDataset } from '../data/open.ts';
import { resizeImage } from '../data/resize.ts';
import { readModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { mapDecoded, toRow } from '../model/rows.ts';
import { createTarget, type Target } from '../model/target.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { OutputKind } from '../task/logits.ts';
import { judged, type Kept } from './judging.ts';
import type { AttackOrder, AttackReply, CleanReply, Subject } from './subject.ts';

/** A subject opened in this process. */
export interface Opened {
  readonly target: Target;
  /** What the model's own output is. */
  readonly kind: OutputKind;
  readonly dataset: Dataset;
  rows(indices: readonly number[]): Promise<{ readonly sample: Pick<Sample, 'index' | 'id'>; readonly row: Float32Array }[]>;
}

/** Opens subjects once per process. */
export function opener(runtime: Runtime): (subject: Subject) => Promise<Opened> {
  const known = new Map<string, Promise<Opened>>();
  return (subject) => {
    const key = JSON.stringify(subject);
    const opened = known.get(key) ?? open(subject, runtime);
    known.set(key, opened);
    return opened;
  };
}

async function open(subject: Subject, runtime: Runtime): Promise<Opened> {
  const model = await readModelFile(subject.model);
  const target = await createTarget(model, subject.preprocessing, runtime, { threads: subject.threads });
  const dataset = await openDataset(subject.data);
  return { target, kind: model.head.kind, dataset, rows: rowsOf(dataset, subject.preprocessing) };
}

/** Reads examples as rows of this form. */
export function rowsOf(dataset: Dataset, preprocessing: Preprocessing): Opened['rows'] {
  return (indices) =>
    mapDecoded(dataset, indices, async (sample) => ({
      sample: { index: sample.index, id: sample.id },
      row: await toRow(sample, preprocessing, resizeImage),
    }));
}

/** Rows judged at a time, so that memory does not grow with the data set. */
const CHUNK = 200;
const CLEAN_BYTES = 32e6;

/** Rows a part at a time, so that memory does not grow with the data set. */
export async function inParts(
  { target, rows }: Opened,
  indices: readonly number[],
  work: (part: Awaited<ReturnType<Opened['rows']>>) => Promise<void>,
): Promise<void> {
  const size = Math.max(8, Math.min(CHUNK, Math.floor(CLEAN_BYTES / (4 * target.size))));
  for (let at = 0; at < indices.length; at += size) await work(await rows(indices.slice(at, at + size)));
}

/** The untouched model's decision on each sample, handed over in parts. */
export async function clean(
  opened: Opened,
  indices: readonly number[],
  finished: (replies: readonly CleanReply[]) => Promise<void>,
): Promise<void> {
  await inParts(opened, indices, async (part) => {
    const decisions = await opened.target.judge.decide(part.map(({ row }) => row));
    await finished(
      part.map(({ sample }, i): CleanReply => {
        const { label, confidence } = decisions[i] as { label: number; confidence: number };
        return { index: sample.index, id: sample.id, label, confidence };
      }),
    );
  });
}

/** Examples attacked at a time: by memory, and few enough that a killed worker has little to do again. */
const CHUNK_BYTES = 64e6;
const LARGEST_CHUNK = 1000;

export interface AttackHooks {
  readonly onProgress: (done: number) => void;
  /** Called after every graph run and every finished example. */
  readonly onStep: () => void;
  /** Replies of an earlier try whose worker died. */
  readonly resumed: readonly AttackReply[] | undefined;
  readonly checkpoint: (replies: readonly AttackReply[]) => Promise<void>;
}

/** Runs one attack on its examples, judges every candidate, and measures those that fool the model. */
export async function attack(opened: Opened, order: AttackOrder, hooks: AttackHooks): Promise<AttackReply[]> {
  const done = new Set(hooks.resumed?.map(({ index }) => index));
  const replies: AttackReply[] = [...(hooks.resumed ?? [])];
  const batch = order.batch ?? defaultBatch(opened.target);
  const left = order.items.filter(({ index }) => !done.has(index));
  hooks.onProgress(done.size);
  const chunkSize = Math.max(4 * batch, Math.min(LARGEST_CHUNK, Math.floor(CHUNK_BYTES / (4 * opened.target.size))));
  const starts = order.starts.length > 0 ? await attackSamples(opened, order.starts) : undefined;
  for (let at = 0; at < left.length; at += chunkSize) {
    const items = left.slice(at, at + chunkSize);
    const samples = await attackSamples(opened, items);
    const seed = order.attack.seed ?? order.subject.seed;
    const context = { ...order.attack, target: opened.target, seed, batch, starts, onProgress: hooks.onProgress };
    const proposals = await attackOf(order.attack.id).run({ ...context, onStep: hooks.onStep, onProposal: hooks.onStep }, samples);
    const kept: Kept[] = [];
    replies.push(...(await judged(opened.target, order, { samples, proposals, kept })));
    if (order.save !== undefined && kept.length > 0)
      await save(`${order.save}-${kept[0]?.index}.npz`, kept, opened.target.preprocessing.shape);
    await hooks.checkpoint(replies);
  }
  return replies;
}

export async function attackSamples({ rows }: Opened, items: AttackOrder['items']): Promise<AttackSample[]> {
  const labels = new Map(items.map(({ index, label }) => [index, label]));
  const loaded = await rows(items.map(({ index }) => index));
  return loaded.map(({ sample, row }): AttackSample => ({ index: sample.index, x: row, label: labels.get(sample.index) as number }));
}

async function save(path: string, kept: readonly Kept[], shape: readonly number[]): Promise<void> {
  const size = shape.reduce((a, b) => a * b, 1);
  const x = new Float32Array(kept.length * size);
  for (const [i, one] of kept.entries()) x.set(one.x, i * size);
  await mkdir(dirname(path), { recursive: true });
  const column = (data: number[]): { data: number[]; shape: number[]; dtype: 'int32' } => ({ data, shape: [kept.length], dtype: 'int32' });
  const columns = { index: column(kept.map(({ index }) => index)), label: column(kept.map(({ label }) => label)) };
  await writeFile(path, writeNpz({ ...columns, x: { data: x, shape: [kept.length, ...shape], dtype: 'float32' } }));
}
