/** Everything that Gibbon does with a model file before any data is there, stage by stage, and the code of what each came to. */

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { inspect } from '../../../src/audit/inspect.ts';
import { prepare } from '../../../src/audit/prepare.ts';
import type { SubjectSpec } from '../../../src/audit/subject.ts';
import { GibbonError } from '../../../src/base/errors.ts';
import { readModelBytes } from '../../../src/data/model-bytes.ts';
import { writeNpz } from '../../../src/data/npy-write.ts';
import { readModelFile } from '../../../src/model/model-file.ts';
import type { GraphBuilder } from '../../../src/onnx/build.ts';
import type { Graph, StaticGraph } from '../../../src/onnx/graph.ts';
import { readModel } from '../../../src/onnx/read.ts';
import { isFloat, sizeOf } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { newGraph } from '../../../src/ops/table.ts';
import { keyedRng } from '../../../src/rng/rng.ts';
import { evaluator } from '../../../src/runtime/evaluate.ts';
import { ortNode } from '../../../src/runtime/ort-node.ts';
import type { Feeds, HostTensor, Session } from '../../../src/runtime/runtime.ts';
import { gradient } from '../../../src/transform/gradient.ts';
import { specialise } from '../../../src/transform/specialise.ts';
import { type Mutation, mutated } from './mutate.ts';
import { type Seed, seeds } from './seeds.ts';

export const STAGES = [
  'read',
  'rewrite',
  'open',
  'inspect',
  'lower',
  'gradient',
  'load lowered',
  'prepare',
  'load original',
  'agree',
] as const;
export type Stage = (typeof STAGES)[number];

export interface Outcome {
  readonly index: number;
  readonly seed: string;
  readonly how: Mutation;
  /** 'ok', the code of a GibbonError, or "unclassified: …" for anything else that was thrown. */
  readonly results: Partial<Record<Stage, string>>;
}

const SEED = 20260101;
const known: Seed[] = [];

function modelOf(index: number): { seed: Seed; bytes: Uint8Array; how: Mutation } {
  if (known.length === 0) known.push(...seeds());
  const rng = keyedRng(SEED, 'fuzz', index);
  const seed = known[index % known.length] as Seed;
  return {
    seed,
    ...mutated(
      rng,
      seed.bytes,
      known.map(({ bytes }) => bytes),
    ),
  };
}

/** Does all stages of the mutated model `index`, in `folder`; `onStage` hears of each before it starts. */
export async function fuzzed(index: number, folder: string, onStage: (stage: Stage) => void): Promise<Outcome> {
  const { seed, bytes, how } = modelOf(index);
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  if (seed.beside) writeFileSync(join(folder, seed.beside.name), seed.beside.bytes);
  const results: Partial<Record<Stage, string>> = {};
  const attempt = async <T>(stage: Stage, work: () => Promise<T> | T): Promise<T | undefined> => {
    onStage(stage);
    try {
      const made = await work();
      results[stage] = 'ok';
      return made;
    } catch (thrown) {
      results[stage] = classOf(thrown);
      return undefined;
    }
  };
  let core: StaticGraph | undefined;
  const graph = await attempt('read', async () => {
    const file = await readModelBytes(path);
    return readModel(file.bytes, file.beside);
  });
  if (graph) core = await afterReading(graph, { path, seed: seed.name }, attempt);
  const original = await attempt('load original', () => ortNode.loadModel(path, { optimisation: 'disabled' }));
  if (graph && core && original) results.agree = await agreement(graph, core, original, () => onStage('agree'));
  await original?.release();
  return { index, seed: seed.name, how, results };
}

type Attempt = <T>(stage: Stage, work: () => Promise<T> | T) => Promise<T | undefined>;

async function afterReading(
  graph: Graph,
  { path, seed }: { path: string; seed: string },
  attempt: Attempt,
): Promise<StaticGraph | undefined> {
  await attempt('rewrite', () => readModel(writeModel(graph).bytes));
  await attempt('open', () => readModelFile(path));
  await attempt('inspect', () => inspect(path, ortNode));
  await attempt('prepare', () => prepare(subjectOf(path, seed), ortNode));
  const core = await attempt('lower', () => specialise(graph, shapesOf(graph), evaluator(ortNode)));
  if (!core) return undefined;
  await attempt('gradient', () => slope(core));
  await attempt('load lowered', async () => (await ortNode.load(core)).release());
  return core;
}

const TABLES = resolve(import.meta.dirname, '../../assets/exports/data');
const PIXELS = 64;
const EXAMPLES = 24;

/** Data that fits the unharmed model, for tables and small pictures; for others it fits badly, which is a case of its own. */
function subjectOf(model: string, seed: string): SubjectSpec {
  const table = existsSync(TABLES) ? readdirSync(TABLES).find((name) => seed.includes(name.split('.')[0] as string)) : undefined;
  const path = table ? join(TABLES, table) : join(dirname(model), 'data.npz');
  if (!table && !existsSync(path)) writeFileSync(path, pictures());
  return { model, data: { path }, flags: {}, threads: 1, seed: 0 };
}

function pictures(): Uint8Array {
  const x = Uint8Array.from({ length: EXAMPLES * PIXELS }, (_, i) => (i * 37) % 256);
  const y = Uint8Array.from({ length: EXAMPLES }, (_, i) => i % 4);
  return writeNpz({ x: { data: x, shape: [EXAMPLES, 8, 8], dtype: 'uint8' }, y: { data: y, shape: [EXAMPLES], dtype: 'uint8' } });
}

/** Largest difference between the lowered model and the original that is no mistake, relative to the largest output: mutated weights may cancel badly. */
const TOLERANCE = 1e-2;

/** Do both give the same float outputs? 'refused' where the runtime runs one of them not at all: only what both answer can be compared. */
async function agreement(graph: Graph, core: StaticGraph, original: Session, onRun: () => void): Promise<string> {
  onRun();
  const feeds = feedsOf(graph);
  if (!feeds) return 'not comparable';
  try {
    const lowered = await ortNode.load(core, { optimisation: 'disabled' });
    const expected = await original.run(feeds);
    const made = await lowered.run(feeds);
    await lowered.release();
    const pairs = graph.outputs.map(({ name }, i) => [expected[name], made[core.outputs[i]?.name ?? '']] as const);
    return pairs.every(([a, b]) => !a || !b || a.type !== 'float32' || areClose(a, b)) ? 'ok' : 'differs';
  } catch {
    return 'refused';
  }
}

function areClose(a: HostTensor, b: HostTensor): boolean {
  const [left, right] = [a, b].map(({ data }) => Array.from(data as Float32Array)) as [number[], number[]];
  if (left.some((value) => !Number.isFinite(value))) return true;
  const most = left.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return left.length === right.length && left.every((value, i) => Math.abs(value - (right[i] as number)) <= TOLERANCE * most);
}

function feedsOf(graph: Graph): Feeds | undefined {
  const shapes = shapesOf(graph);
  const rng = keyedRng(SEED, 'feeds');
  const entries = graph.inputs.map(({ name, type }): [string, HostTensor] | undefined => {
    const shape = shapes[name] ?? [];
    const length = sizeOf(shape);
    if (length > 1e6) return undefined;
    if (type === 'float32') return [name, { type, shape, data: Float32Array.from({ length }, () => 2 * rng.uniform() - 1) }];
    if (type === 'int64') return [name, { type, shape, data: BigInt64Array.from({ length }, () => BigInt(rng.int(3))) }];
    return type === 'int32' ? [name, { type, shape, data: Int32Array.from({ length }, () => rng.int(3)) }] : undefined;
  });
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
}

/** What a first audit would feed: two rows, and eight of whatever is open. */
function shapesOf({ inputs }: Graph): Record<string, number[]> {
  return Object.fromEntries(
    inputs.map(({ name, shape }) => [name, (shape ?? [2, 8]).map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? 2 : 8))]),
  );
}

function slope(core: StaticGraph): void {
  const g: GraphBuilder = newGraph();
  const inputs = new Map(core.inputs.map((port) => [port.name, g.input(port.name, port.type, port.shape)]));
  const values = g.inline(core, inputs);
  const outputs = core.outputs.map(({ name }) => values.get(name)).filter((value) => value !== undefined && isFloat(value.type));
  const ends = outputs.flatMap((value) => (value ? [{ value, cotangent: g.expand(g.scalar(1, value), value.shape) }] : []));
  gradient(
    g,
    ends,
    [...inputs.values()].filter(({ type }) => isFloat(type)),
  );
}

function classOf(thrown: unknown): string {
  if (!(thrown instanceof GibbonError) || thrown.code === 'E_INTERNAL') return `unclassified: ${told(thrown)}`;
  const { code, cause } = thrown;
  const isOurs = cause instanceof TypeError || cause instanceof RangeError || cause instanceof SyntaxError;
  return isOurs ? `${code} by a ${cause.name}: ${told(cause)}` : code;
}

/** The message, and where it comes from. */
function told(thrown: unknown): string {
  const { stack = String(thrown) } = thrown instanceof Error ? thrown : {};
  const [message, ...frames] = stack.split('\n');
  return `${message} ${frames
    .flatMap((frame) => /src\/.*?:\d+/.exec(frame) ?? [])
    .slice(0, 4)
    .join(' < ')}`;
}
