/** A model opened in this process: what it is, examples read the way it wants them, and its decisions. */
import { type Inspection, inspect } from '../audit/inspect.ts';
import { prepare } from '../audit/prepare.ts';
import { subjectOf } from '../audit/subject.ts';
import { opener } from '../audit/work.ts';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec } from '../data/dataset.ts';
import { subset } from '../data/subset.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import type { Decision } from '../model/judge.ts';
import { type ModelFile, readModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { createTarget, type Target } from '../model/target.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { ortNode } from '../runtime/ort-node.ts';

/** Inputs with their right answers, and how an input becomes what the model is fed. */
export interface Examples {
  /** Rows before normalisation, each with as many numbers as `preprocessing.shape`: images in [0, 1], sound in [-1, 1]. */
  readonly inputs: readonly Float32Array[];
  /** The right class of each. */
  readonly labels: readonly number[];
  readonly preprocessing: Preprocessing;
  /** The position of each in its data set, by which random numbers are keyed; 0, 1, 2, … when absent. */
  readonly indices?: readonly number[];
}

/** Examples out of a data set. */
export interface LabelledExamples extends Examples {
  readonly indices: readonly number[];
  /** Class names in the model's output order, where they are known. */
  readonly classNames: readonly string[] | null;
  /** What was assumed on the way, as sentences. */
  readonly notes: readonly string[];
}

export interface ExamplesRequest extends Omit<DataSpec, 'path'> {
  /** Labelled data, as of `gibbon audit --data`. */
  readonly data: string;
  /** So many, stratified by class; all when neither `n` nor `first` is given. */
  readonly n?: number;
  readonly first?: number;
  readonly seed?: number;
  /** How the model wants its input, where that should not be guessed from the labels. */
  readonly preprocessing?: PreprocessingFlags;
}

export interface LoadedModel {
  readonly path: string;
  /** Ports, operators, gradients: what `gibbon inspect` shows. */
  readonly inspection: Inspection;
  /** Reads labelled data and finds the preprocessing that fits the labels. @throws GibbonError as `gibbon audit` does */
  examples(request: ExamplesRequest): Promise<LabelledExamples>;
  /** The untouched model's decision on each input. */
  predict(examples: Pick<Examples, 'inputs' | 'preprocessing'>): Promise<Decision[]>;
  /** What attacks run against; compiled graphs are kept until `release`. */
  target(preprocessing: Preprocessing): Promise<Target>;
  /** Frees the sessions. The model cannot be used after it. */
  release(): Promise<void>;
}

/**
 * Opens an ONNX file in this process; a file that is not trusted is better left to `audit`, whose workers are watched and may die alone.
 * @throws GibbonError E_FILE_NOT_FOUND, E_MODEL_UNREADABLE, E_MODEL_UNSUPPORTED
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const [file, inspection] = [await readModelFile(path), await inspect(path, ortNode)];
  const { targetOf, release } = targets(file);
  return {
    path,
    inspection,
    target: targetOf,
    release,
    predict: async ({ inputs, preprocessing }) => {
      assertRows(inputs, preprocessing);
      return (await targetOf(preprocessing)).judge.decide(inputs);
    },
    examples: (request) => examplesOf(path, request),
  };
}

/** @throws GibbonError E_DATA_SHAPE unless every row has the numbers that the preprocessing speaks of */
export function assertRows(inputs: readonly Float32Array[], { shape }: Preprocessing): void {
  const odd = inputs.findIndex((row) => row.length !== sizeOf(shape));
  if (odd < 0) return;
  throw new GibbonError('E_DATA_SHAPE', `input ${odd} has ${inputs[odd]?.length} numbers, the preprocessing says [${shape.join(', ')}]`, {
    hint: 'Give each input as a Float32Array of one example, without the batch dimension.',
  });
}

function targets(file: ModelFile) {
  const known = new Map<string, Promise<Target>>();
  return {
    targetOf: (preprocessing: Preprocessing): Promise<Target> => {
      const key = JSON.stringify(preprocessing);
      const target = known.get(key) ?? createTarget(file, preprocessing, ortNode);
      known.set(key, target);
      return target;
    },
    release: async (): Promise<void> => {
      for (const target of known.values()) await (await target).release();
      known.clear();
    },
  };
}

async function examplesOf(model: string, request: ExamplesRequest): Promise<LabelledExamples> {
  const { data: path, n, first, seed = 0, preprocessing: flags = {}, ...files } = request;
  const spec = { model, data: { path, ...files }, flags, threads: 1, seed };
  const prepared = await prepare(spec, ortNode);
  const { labels, preprocessing, data } = prepared;
  const wanted = { ...(n !== undefined && { n }), ...(first !== undefined && { first }), seed };
  const indices = subset({ length: labels.length, labels: Int32Array.from(labels) }, wanted);
  const opened = await opener(ortNode)(subjectOf(spec, prepared));
  const rows = await opened.rows(indices);
  await opened.target.release();
  return {
    inputs: rows.map(({ row }) => row),
    labels: indices.map((index) => labels[index] as number),
    indices,
    preprocessing,
    classNames: data.classNames,
    notes: data.notes,
  };
}
