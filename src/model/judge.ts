/** The one place where success is decided: the untouched model file in plain ONNX Runtime, on the float32 input and on the 8-bit image. */
import { GibbonError } from '../base/errors.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { HostTensor, Runtime, Session } from '../runtime/runtime.ts';
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
  /** Decides rows [n × size], values before normalisation. @throws GibbonError E_MODEL_SHAPE when the model does not take them */
  decide(rows: readonly Float32Array[]): Promise<Decision[]>;
  /** The model's own output for each row, as it is. */
  scores(rows: readonly Float32Array[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** Rows per run, where the model leaves its batch open. */
const BATCH = 50;

export async function createJudge(
  model: ModelFile,
  p: Preprocessing,
  runtime: Runtime,
  { threads }: { threads?: number } = {},
): Promise<Judge> {
  const session = await runtime.loadModel(model.path, threads === undefined ? {} : { threads });
  const fixed = model.input.shape?.[0];
  const batch = typeof fixed === 'number' && fixed > 0 ? fixed : BATCH;
  const size = sizeOf(p.shape);
  const run = (rows: readonly Float32Array[]): Promise<Float32Array[]> => scored({ session, model, p }, rows);
  const outputs =
    (await run([new Float32Array(size)].concat(batch === BATCH ? [] : Array.from({ length: batch - 1 }, () => new Float32Array(size)))))[0]
      ?.length ?? 0;
  const scores = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const all: Float32Array[] = [];
    for (let at = 0; at < rows.length; at += batch) {
      const chunk = rows.slice(at, at + batch);
      // A fixed batch is filled up with copies of its first row.
      const padded = batch === BATCH ? chunk : [...chunk, ...Array.from({ length: batch - chunk.length }, () => chunk[0] as Float32Array)];
      all.push(...(await run(padded)).slice(0, chunk.length));
    }
    return all;
  };
  return {
    outputs,
    scores,
    decide: async (rows) => (await scores(rows)).map((own) => decided(own, model.head.kind)),
    release: () => session.release(),
  };
}

interface Setting {
  readonly session: Session;
  readonly model: ModelFile;
  readonly p: Preprocessing;
}

/** The model's output for each row. */
async function scored({ session, model, p }: Setting, rows: readonly Float32Array[]): Promise<Float32Array[]> {
  const size = sizeOf(p.shape);
  const data = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) data.set(row, i * size);
  normalise(data, p);
  const feed: HostTensor = { type: 'float32', shape: [rows.length, ...p.shape], data };
  const made = await session.run({ [model.input.name]: feed }, [model.head.output]).catch((cause: unknown) => {
    throw new GibbonError(
      'E_MODEL_SHAPE',
      `the model does not run on input [${[rows.length, ...p.shape].join(', ')}]: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Check layout and size with `gibbon inspect`, or give --layout and --size.',
        cause,
      },
    );
  });
  const scores = made[model.head.output]?.data as Float32Array;
  const width = scores.length / rows.length;
  return rows.map((_, i) => Float32Array.from(scores.subarray(i * width, (i + 1) * width)));
}

/** (value − mean)/std in place, as the deployed pipeline would do it outside the model. */
function normalise(data: Float32Array, { mean, std, layout, shape }: Preprocessing): void {
  if (mean.every((m) => m === 0) && std.every((s) => s === 1)) return;
  const channels = Math.max(mean.length, std.length);
  const plane = layout === 'NHWC' || channels === 1 ? 1 : sizeOf(shape.slice(1));
  for (let i = 0; i < data.length; i++) {
    const channel = channels === 1 ? 0 : Math.floor(i / plane) % channels;
    data[i] = ((data[i] as number) - (mean[channel % mean.length] as number)) / (std[channel % std.length] as number);
  }
}

/** The label of an answer with NaN in it: no class, so it is neither right nor an attacker's success. */
export const NO_CLASS = -1;

/** The label and its probability, from logits, probabilities or a single score. */
function decided(scores: Float32Array, kind: ModelFile['head']['kind']): Decision {
  if (scores.some(Number.isNaN)) return { label: NO_CLASS, confidence: Number.NaN };
  if (scores.length === 1) {
    const score = scores[0] as number;
    const p = kind === 'sigmoid' ? score : 1 / (1 + Math.exp(-score));
    return p > 0.5 ? { label: 1, confidence: p } : { label: 0, confidence: 1 - p };
  }
  let label = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[label] as number)) label = i;
  const top = scores[label] as number;
  if (kind === 'probabilities' || kind === 'sigmoid') return { label, confidence: top };
  const sum = scores.reduce((total, score) => total + Math.exp(score - top), 0);
  return { label, confidence: 1 / sum };
}
