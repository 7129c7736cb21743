/** What a worker process does for an audit: it opens model and data itself, attacks, judges and measures; only small results leave it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AttackSample, Proposal } from '../attacks/attack.ts';
import { defaultBatch } from '../attacks/iterate.ts';
import { attackOf } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import { writeNpz } from '../data/npy-write.ts';
import { openDataset } from '../data/open.ts';
import { resizeImage } from '../data/resize.ts';
import { gradientOptions } from '../model/gradient-settings.ts';
import type { Allowance } from '../model/judge.ts';
import { readModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { createRemoteJudge } from '../model/remote/judge.ts';
import { remoteTarget } from '../model/remote/target.ts';
import { mapDecoded, toRow } from '../model/rows.ts';
import { createTarget, type Target } from '../model/target.ts';
import type { Teacher } from '../model/teacher.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { OutputKind } from '../task/logits.ts';
import { costOf } from './cost.ts';
import { judged, type Kept } from './judging.ts';
import { type Clients, remoteClients } from './remote/clients.ts';
import { endpointOf } from './remote/prepare-remote.ts';
import type { AttackOrder, AttackReply, CleanReply, RemoteSpec, Subject } from './subject.ts';
import { openTeacher } from './teachers.ts';

/** A subject opened in this process. */
export interface Opened {
  readonly target: Target;
  /** What the model's own output is. */
  readonly kind: OutputKind;
  readonly dataset: Dataset;
  rows(indices: readonly number[]): Promise<{ readonly sample: Pick<Sample, 'index' | 'id'>; readonly row: Float32Array }[]>;
}

/** Opens subjects once per process. */
export function opener(runtime: Runtime, clients: Clients = remoteClients().clients): (subject: Subject) => Promise<Opened> {
  const known = new Map<string, Promise<Opened>>();
  return (subject) => {
    const key = JSON.stringify(subject);
    const opened = known.get(key) ?? open(subject, runtime, clients);
    known.set(key, opened);
    return opened;
  };
}

async function open(subject: Subject, runtime: Runtime, clients: Clients): Promise<Opened> {
  if (subject.remote) return openRemote({ ...subject, remote: subject.remote }, runtime, clients);
  const model = await readModelFile(subject.model);
  const target = await createTarget(model, subject.preprocessing, runtime, {
    threads: subject.threads,
    ...(await gradientOptions(subject.gradients)),
  });
  const dataset = await openDataset(subject.data);
  return { target, kind: model.head.kind, dataset, rows: rowsOf(dataset, subject.preprocessing) };
}

async function openRemote(subject: Subject & { readonly remote: RemoteSpec }, runtime: Runtime, clients: Clients): Promise<Opened> {
  const { remote, preprocessing } = subject;
  const endpoint = endpointOf(subject);
  const judge = createRemoteJudge(clients(subject.model, remote.manner), endpoint, preprocessing, remote.manner);
  const dataset = await openDataset(subject.data);
  return { target: remoteTarget(judge, preprocessing, runtime), kind: endpoint.output, dataset, rows: rowsOf(dataset, preprocessing) };
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
/** Where questions are dear: as many as walk side by side. */
const ASKED_AT_ONCE = 50;

export interface AttackHooks {
  readonly onProgress: (done: number) => void;
  /** Called after every graph run and every finished example. */
  readonly onStep: () => void;
  /** Replies of an earlier try whose worker died. */
  readonly resumed: readonly AttackReply[] | undefined;
  readonly checkpoint: (replies: readonly AttackReply[]) => Promise<void>;
}

export interface AttackOutcome {
  readonly replies: AttackReply[];
  /** The questions were used up before every example had its turn. */
  readonly isSpent: boolean;
}

/** Runs one attack on its examples, judges every candidate, and measures those that fool the model. */
export async function attack(opened: Opened, order: AttackOrder, hooks: AttackHooks): Promise<AttackOutcome> {
  const { target } = opened;
  const done = new Set(hooks.resumed?.map(({ index }) => index));
  const replies: AttackReply[] = [...(hooks.resumed ?? [])];
  // Each row takes the place of all its draws.
  const batch = order.batch === undefined ? defaultBatch(target) : Math.max(1, Math.floor(order.batch / target.draws));
  let left = order.items.filter(({ index }) => !done.has(index));
  hooks.onProgress(done.size);
  const chunkSize = target.judge.allowance
    ? ASKED_AT_ONCE
    : Math.max(4 * batch, Math.min(LARGEST_CHUNK, Math.floor(CHUNK_BYTES / (4 * target.size))));
  const starts = order.starts.length > 0 ? await attackSamples(opened, order.starts) : undefined;
  const teacher = order.teacher && (await openTeacher(order.teacher, target, order.subject.threads));
  while (left.length > 0) {
    const size = Math.min(chunkSize, affordable(target, order, replies.length === 0));
    if (size < 1) return { replies, isSpent: true };
    const samples = await attackSamples(opened, left.slice(0, size));
    left = left.slice(size);
    const { proposals, isSpent } = await proposed(opened, order, { samples, starts, teacher, batch, hooks });
    const kept: Kept[] = [];
    replies.push(...(await judged(target, order, { samples, proposals, kept })));
    if (order.save !== undefined && kept.length > 0)
      await saveRows(`${order.save}-${kept[0]?.index}.npz`, kept, target.preprocessing.shape);
    await hooks.checkpoint(replies);
    if (isSpent) return { replies, isSpent };
  }
  return { replies, isSpent: false };
}

/** Questions that the judge asks about a proposal: as it is, and of a picture as saved. */
const JUDGED = { image: 2, other: 1 };
const judgedAs = ({ preprocessing }: Target): number => (preprocessing.modality === 'image' ? JUDGED.image : JUDGED.other);

/** Examples that the questions left are enough for, to the end of the attack on each, and of what it asks once for all before the first: one that is begun and not finished would count only if it fell early. */
function affordable(target: Target, { attack: { id, params, norm, epsilon } }: AttackOrder, isFirst: boolean): number {
  const { allowance } = target.judge;
  if (!allowance) return Number.POSITIVE_INFINITY;
  const { queries, training = 0 } = costOf(
    { id, params },
    { classes: target.task.classes, norm, epsilon: { value: epsilon }, numbers: target.size },
  );
  return Math.floor((allowance.left() - (isFirst ? training : 0)) / (queries + judgedAs(target)));
}

interface Attacking {
  readonly samples: readonly AttackSample[];
  readonly starts: readonly AttackSample[] | undefined;
  readonly teacher: Teacher | undefined;
  readonly batch: number;
  readonly hooks: AttackHooks;
}

/** What the attack proposes; where questions run out (each that has to be repeated counts), that of the examples it has finished, and what their judging takes is held back. */
async function proposed(
  { target }: Opened,
  { attack: { id, ...how }, subject }: AttackOrder,
  { samples, starts, teacher, batch, hooks }: Attacking,
): Promise<{ proposals: readonly Proposal[]; isSpent: boolean }> {
  const finished: Proposal[] = [];
  const { onProgress, onStep } = hooks;
  const onProposal = (proposal: Proposal): void => {
    finished.push(proposal);
    onStep();
  };
  const letGo = held(target.judge.allowance, samples.length * judgedAs(target));
  try {
    const context = { ...how, target, seed: how.seed ?? subject.seed, batch, starts, teacher, onProgress, onStep, onProposal };
    return { proposals: await attackOf(id).run(context, samples), isSpent: false };
  } catch (thrown) {
    if (!target.judge.allowance || !(thrown instanceof GibbonError && thrown.code === 'E_BUDGET')) throw thrown;
    return { proposals: finished, isSpent: true };
  } finally {
    letGo();
  }
}

const held = (allowance: Allowance | undefined, rows: number): (() => void) => allowance?.hold(rows) ?? (() => {});

export async function attackSamples({ rows }: Opened, items: AttackOrder['items']): Promise<AttackSample[]> {
  const labels = new Map(items.map(({ index, label }) => [index, label]));
  const loaded = await rows(items.map(({ index }) => index));
  return loaded.map(({ sample, row }): AttackSample => ({ index: sample.index, x: row, label: labels.get(sample.index) as number }));
}

/** Adversarial inputs with their indices and right labels, as arrays in one file. */
export async function saveRows(path: string, kept: readonly Kept[], shape: readonly number[]): Promise<void> {
  const size = shape.reduce((a, b) => a * b, 1);
  const x = new Float32Array(kept.length * size);
  for (const [i, one] of kept.entries()) x.set(one.x, i * size);
  await mkdir(dirname(path), { recursive: true });
  const column = (data: number[]): { data: number[]; shape: number[]; dtype: 'int32' } => ({ data, shape: [kept.length], dtype: 'int32' });
  const columns = { index: column(kept.map(({ index }) => index)), label: column(kept.map(({ label }) => label)) };
  await writeFile(path, writeNpz({ ...columns, x: { data: x, shape: [kept.length, ...shape], dtype: 'float32' } }));
}
