/** The one place where success is decided: the untouched model file in plain ONNX Runtime, on the float32 input and on the 8-bit image. */
import { GibbonError } from '../base/errors.ts';
import { readModelBytes } from '../data/model-bytes.ts';
import { withOutput } from '../onnx/expose.ts';
import { isFloat, isHalf, sizeOf, view, widened } from '../onnx/tensor.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { scoresOnly } from '../task/logits.ts';
import { isBatchDependent } from '../transform/batch-dependent.ts';
import { randomNodes } from '../transform/randomness.ts';
import type { Encoder } from './encoder.ts';
import { encoderOf } from './encoding.ts';
import { classScores, isDistribution } from './margin.ts';
import type { ModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';

export interface Decision {
  readonly label: number;
  /** Probability of the label (softmax or sigmoid). */
  readonly confidence: number;
}

export interface Judge {
  /** Number of output values per example. */
  readonly outputs: number;
  /**
   * Decides rows [n × size], values before normalisation; of a model with random layers by the most frequent of 11 answers, so that no lucky draw counts.
   * @throws GibbonError E_MODEL_SHAPE when the model does not take them
   */
  decide(rows: readonly Float32Array[]): Promise<Decision[]>;
  /** Answers that a decision takes: 1, or 11 of a model with random layers. */
  readonly votes: number;
  /** One answer for each row, as whoever asks the model once gets it. The same as `decide` but for random layers. */
  answer(rows: readonly Float32Array[]): Promise<Decision[]>;
  /** One score for each class and row, for attacks that see scores (docs/attacks). */
  classScores(rows: readonly Float32Array[]): Promise<Float32Array[]>;
  /** The model's own output for each row, as it is. */
  scores(rows: readonly Float32Array[]): Promise<Float32Array[]>;
  /** What may still be asked, where each question has its price: models behind addresses. */
  readonly allowance?: Allowance | undefined;
  release(): Promise<void>;
}

export interface Allowance {
  /** Questions left, without those that are held back. */
  left(): number;
  /** Holds so many back until the function that it returns is called. */
  hold(rows: number): () => void;
}

/** Does the model draw random numbers on the way to its scores? */
export const isRandom = async ({ graph, head }: Pick<ModelFile, 'graph' | 'head'>, runtime: Runtime): Promise<boolean> =>
  (await randomNodes(scoresOnly(graph, head), evaluator(runtime))).length > 0;

/** Rows per run, where the model leaves its batch open: fewer of large inputs, whose inner values take memory and are no faster together. */
const BATCH = 50;
const BATCH_NUMBERS = 150_000;

/** Weights of half a gigabyte are kept once, as they are. */
const MANY_PARAMETERS = 2 ** 27;

/** Rows per run, and whether the model insists on that number. */
function batchOf({ input }: ModelFile, size: number): { batch: number; isFixed: boolean } {
  const fixed = input.shape?.[0];
  if (typeof fixed === 'number' && fixed > 0) return { batch: fixed, isFixed: true };
  return { batch: Math.max(1, Math.min(BATCH, Math.floor(BATCH_NUMBERS / size))), isFixed: false };
}

export async function createJudge(
  model: ModelFile,
  p: Preprocessing,
  runtime: Runtime,
  { threads }: { threads?: number } = {},
): Promise<Judge> {
  const encode = await encoderOf(model, p);
  const session = await runtime.loadModel(await sourceOf(model), {
    ...(threads !== undefined && { threads }),
    ...(model.parameters >= MANY_PARAMETERS && { prepack: false }),
  });
  const { batch, isFixed } = batchOf(model, sizeOf(p.shape));
  // A fixed batch is filled up with copies of its first row.
  const run = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const missing = isFixed ? batch - rows.length : 0;
    const padded = [...rows, ...Array.from({ length: missing }, () => rows[0] as Float32Array)];
    return (await scored({ session, model, encode }, padded)).slice(0, rows.length);
  };
  const first = (await run([anyRow(p)]))[0] ?? new Float32Array();
  const outputs = first.length;
  const together = isBatchDependent(model.graph) || (batch > 1 && (await mixes(run, p, first))) ? 1 : batch;
  const scores = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const all: Float32Array[] = [];
    for (const part of parts(rows, together, encode)) {
      const made = await run(part.map(({ row }) => row));
      for (const [i, { at }] of part.entries()) for (const index of at) all[index] = made[i] as Float32Array;
    }
    return all;
  };
  const isVoted = await isRandom(model, runtime);
  const answer = async (rows: readonly Float32Array[]): Promise<Decision[]> =>
    (await scores(rows)).map((own) => decided(own, model.head.kind));
  return {
    outputs,
    scores,
    classScores: async (rows) => (await scores(rows)).map((own) => classScores(own, model.head.kind)),
    answer,
    votes: isVoted ? VOTES : 1,
    decide: isVoted ? votedOn(answer) : answer,
    release: () => session.release(),
  };
}

/** Answers to a row of a model with random layers: an odd number, so that two classes cannot draw. */
export const VOTES = 11;

function votedOn(answer: Judge['answer']): Judge['decide'] {
  return async (rows) => {
    const calls: Decision[][] = [];
    for (let i = 0; i < VOTES; i++) calls.push(await answer(rows));
    return rows.map((_, row) => mostFrequent(calls.map((call) => call[row] as Decision)));
  };
}

/** The most frequent label, the first of equals; confident by the mean of what its own answers say, 0 for each of the others. */
export function mostFrequent(answers: readonly Decision[]): Decision {
  const by = new Map<number, number[]>();
  for (const { label, confidence } of answers) by.set(label, [...(by.get(label) ?? []), confidence]);
  const [label, own] = [...by].reduce((most, one) => (one[1].length > most[1].length ? one : most));
  return { label, confidence: own.reduce((sum, one) => sum + one, 0) / answers.length };
}

/** Small numbers, zeros in a table; for text a few words, since networks with windows refuse a text that is shorter than these. */
function anyRow({ modality, encoding, shape }: Preprocessing): Float32Array {
  const row = new Float32Array(sizeOf(shape));
  if (modality === 'text') return row.map((_, i) => 'a word '.charCodeAt(i % 7));
  return encoding?.kind === 'ports' ? row : row.map((_, i) => (i % 5) / 5);
}

/** Float32 sums in another order differ by less, as a share of the largest score. */
const SAME = 1e-3;

/** Is the answer on `anyRow` another one beside a second row (statistics of the batch), or none? Texts of one length stand side by side as they are. */
async function mixes(
  run: (rows: readonly Float32Array[]) => Promise<Float32Array[]>,
  p: Preprocessing,
  alone: Float32Array,
): Promise<boolean> {
  if (p.modality === 'text') return false;
  const other =
    p.encoding?.kind === 'ports'
      ? Float32Array.from(p.encoding.columns, ({ high }) => high)
      : new Float32Array(sizeOf(p.shape)).map((_, i) => (i % 7) / 7 + 0.1);
  const [beside] = await run([anyRow(p), other]).catch(() => []);
  const scale = alone.filter(Number.isFinite).reduce((most, score) => Math.max(most, Math.abs(score)), 1);
  return beside?.length !== alone.length || alone.some((score, i) => Math.abs(score - (beside[i] as number)) > SAME * scale);
}

/** A row, and the places where it was asked for. */
interface Asked {
  readonly row: Float32Array;
  readonly at: number[];
}

/** Steps of all sequences of a run: what attention keeps grows with them. */
const MOST_STEPS = 4096;

/** What runs together: at most `size` rows, sequences of one length and fewer of long ones, each input once. */
function parts(rows: readonly Float32Array[], size: number, { signature }: Encoder): Asked[][] {
  const lengths = new Map<number, Map<string | number, Asked>>();
  for (const [i, row] of rows.entries()) {
    const { key, length } = signature?.(row) ?? { key: i, length: 0 };
    const known = lengths.get(length) ?? new Map<string | number, Asked>();
    lengths.set(length, known);
    const asked = known.get(key);
    if (asked) asked.at.push(i);
    else known.set(key, { row, at: [i] });
  }
  return [...lengths].flatMap(([length, known]) => {
    const all = [...known.values()];
    const most = length === 0 ? size : Math.max(1, Math.min(size, Math.floor(MOST_STEPS / length)));
    return Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most));
  });
}

/** The file itself, or its bytes with the scores as one more output. */
export async function sourceOf({ path, head }: ModelFile): Promise<string | Uint8Array> {
  return head.isHidden ? withOutput((await readModelBytes(path)).bytes, head.output) : path;
}

interface Setting {
  readonly session: Session;
  readonly model: ModelFile;
  readonly encode: Encoder;
}

/** The model's output for each row. */
async function scored({ session, model, encode }: Setting, rows: readonly Float32Array[]): Promise<Float32Array[]> {
  const feeds = encode(rows);
  const made = await session.run(feeds, [model.head.output]).catch((cause: unknown) => {
    const shapes = Object.values(feeds).map(({ shape }) => `[${shape.join(', ')}]`);
    throw new GibbonError(
      'E_MODEL_SHAPE',
      `the model does not run on input ${shapes.join(', ')}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Check layout and size with `gibbon inspect`, or give --layout and --size.',
        cause,
      },
    );
  });
  const scores = floatsOf(made[model.head.output], model.head.output);
  const width = scores.length / rows.length;
  // A float32 copy by `set`: `from` goes through an iterator, which costs more than the rest of this function.
  return rows.map((_, i) => {
    const own = new Float32Array(width);
    own.set(scores.subarray(i * width, (i + 1) * width));
    return own;
  });
}

/** @throws GibbonError E_MODEL_UNSUPPORTED where the runtime gives anything but floats */
function floatsOf(
  made: HostTensor | undefined,
  name: string,
): ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> } {
  if (!made || !isFloat(made.type)) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's output ${name} holds ${made?.type ?? 'no numbers'}, not scores`, {
      hint: 'Export the model with its logits or probabilities as a float output.',
    });
  }
  const { type, shape, data } = made;
  if (!isHalf(type)) return data as Float32Array | Float64Array;
  return view(widened({ type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) })) as Float32Array;
}

/** The label of an answer with NaN in it: no class, so it is neither right nor an attacker's success. */
export const NO_CLASS = -1;

/** The label and its probability, from logits, probabilities or a single score. */
export function decided(scores: Float32Array, kind: ModelFile['head']['kind']): Decision {
  if (scores.some(Number.isNaN)) return { label: NO_CLASS, confidence: Number.NaN };
  if (scores.length === 1) {
    const score = scores[0] as number;
    const p = kind === 'sigmoid' ? score : 1 / (1 + Math.exp(-score));
    return p > 0.5 ? { label: 1, confidence: p } : { label: 0, confidence: 1 - p };
  }
  let label = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[label] as number)) label = i;
  const top = scores[label] as number;
  if (kind === 'probabilities' || kind === 'sigmoid' || (kind === 'logits' && isDistribution(scores))) return { label, confidence: top };
  // Infinity − Infinity is no number: the limit stands in for it.
  const sum = scores.reduce((total, score) => total + (score === top ? 1 : Math.exp(score - top)), 0);
  return { label, confidence: top === Number.POSITIVE_INFINITY ? 1 : 1 / sum };
}
