/** One attack on examples in memory, in this process: the attack proposes, the untouched model decides, and the outcome carries the input that fooled it. */
import { defaultBatch } from '../attacks/iterate.ts';
import { attackOf } from '../attacks/registry.ts';
import { budgetOf } from '../audit/budget.ts';
import { judged, type Kept } from '../audit/judging.ts';
import type { AttackReply } from '../audit/subject.ts';
import { GibbonError } from '../base/errors.ts';
import { readModelFile } from '../model/model-file.ts';
import { createTeacher } from '../model/teacher.ts';
import type { Metric, NumericMetric } from '../threat/metric.ts';
import { assertRows, type Examples, type LoadedModel } from './load-model.ts';

export interface AttackRequest {
  /** Largest perturbation, in input units before normalisation: 0.3 or '8/255'; the customary one for this kind of data when absent. */
  readonly epsilon?: number | string;
  /** linf */
  readonly norm?: NumericMetric;
  /** Seed of everything random; 0. */
  readonly seed?: number;
  /** The attack's own parameters (docs/attacks); its reference's defaults when absent. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** ONNX file of the network that the model was fine-tuned from, for attacks that take one. */
  readonly surrogate?: string;
  /** Rows per graph run. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  /** Called as work is done, with the share that is finished: 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** What came of one example. */
export interface AttackOutcome extends AttackReply {
  /** The input that fools the model, before normalisation; undefined where none was found. */
  readonly adversarial: Float32Array | undefined;
}

/**
 * Attacks examples and returns one outcome for each, in their order. An example that the model gets wrong anyway is attacked like any other.
 * @throws GibbonError E_USAGE for unknown attacks, norms and parameters; E_DATA_SHAPE; E_OPERATOR_UNSUPPORTED where a gradient attack meets a model without gradients; E_ABORTED
 */
export async function attack(id: string, model: LoadedModel, examples: Examples, request: AttackRequest = {}): Promise<AttackOutcome[]> {
  const unit = attackOf(id);
  const { seed = 0, params = {}, surrogate, batch, signal, onProgress } = request;
  // Text is measured in edits, whatever the caller says of numbers.
  const norm: Metric = examples.preprocessing.modality === 'text' ? 'edits' : (request.norm ?? 'linf');
  if (!unit.norms.includes(norm))
    throw new GibbonError('E_USAGE', `${unit.name} has no ${norm} form`, { hint: `It knows ${unit.norms.join(', ')}.` });
  assertParameters(id, params);
  const { inputs, labels, preprocessing, indices } = examples;
  assertRows(inputs, preprocessing);
  if (labels.length !== inputs.length)
    throw new GibbonError('E_LABELS_MISMATCH', `there are ${labels.length} labels for ${inputs.length} inputs`);
  const target = await model.target(preprocessing);
  const samples = inputs.map((x, i) => ({ index: indices?.[i] ?? i, x, label: labels[i] as number }));
  const asked = request.epsilon === undefined ? undefined : String(request.epsilon);
  const epsilon = budgetOf({ epsilon: asked, norm }, { preprocessing }).value;
  const teacher =
    surrogate === undefined
      ? undefined
      : createTeacher(await readModelFile(surrogate), target.runtime, { rows: preprocessing, threads: 1 });
  let done = 0;
  const proposals = await unit.run(
    {
      target,
      params,
      norm,
      epsilon,
      seed,
      teacher,
      batch: batch ?? defaultBatch(target),
      signal,
      onProgress: (finished) => {
        done += finished;
        onProgress?.(Math.min(1, done / Math.max(1, samples.length)));
      },
    },
    samples,
  );
  const kept: Kept[] = [];
  const replies = await judged(target, { attack: { id, params, norm, epsilon } }, { samples, proposals, kept });
  const adversarial = new Map(kept.map(({ index, x }) => [index, x]));
  const found = new Map(replies.map((reply) => [reply.index, reply]));
  return samples.map(({ index }): AttackOutcome => ({ ...(found.get(index) as AttackReply), adversarial: adversarial.get(index) }));
}

/** @throws GibbonError E_USAGE naming the parameter */
function assertParameters(id: string, params: Readonly<Record<string, unknown>>): void {
  const { params: schema } = attackOf(id);
  const unknown = Object.keys(params).find((name) => !(name in schema.shape));
  const parsed = schema.safeParse(params);
  if (unknown === undefined && parsed.success) return;
  const [issue] = parsed.error?.issues ?? [];
  const what =
    unknown === undefined ? `${String(issue?.path[0] ?? '')}: ${issue?.message ?? 'not valid'}` : `there is no parameter ${unknown}`;
  throw new GibbonError('E_USAGE', `${id}: ${what}`, { hint: `Its parameters: ${Object.keys(schema.shape).join(', ')}.` });
}
