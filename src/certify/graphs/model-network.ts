/** A model with its preprocessing as a network for bounds: from the input before normalisation to the scores, exactly as the file has it. */
import { GibbonError } from '../../base/errors.ts';
import { inputValues } from '../../model/encoding.ts';
import { isRandom } from '../../model/judge.ts';
import type { ModelFile } from '../../model/model-file.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { loweredGraphs } from '../../model/target.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Head, scoresOnly } from '../../task/logits.ts';
import { unsupportedOperators } from '../../transform/specialise.ts';
import { type BoundNetwork, boundNetwork } from './network.ts';

/** Name of its only input: rows [B, …shape] in the units of epsilon. */
export const INPUT = 'x';

/**
 * The scores that decide as the file's output does: the logits behind a softmax or the sigmoid of a single score, whose order is the same. Several sigmoids
 * saturate each on its own, so that two of them may be equal where their logits are not.
 */
export function provableHead({ head, output }: Pick<ModelFile, 'head' | 'output'>): Head {
  const single = output.shape?.slice(1).every((dim) => dim === 1) === true;
  return head.kind === 'sigmoid' && !single ? { ...head, logits: head.output } : head;
}

/**
 * Bounds of it hold for float32 in whatever order a runtime computes. No stand-ins: they are no part of the model.
 * @throws GibbonError E_OPERATOR_UNSUPPORTED naming every operator without bounds, E_NOT_APPLICABLE for models and data that have none at all
 */
export async function modelNetwork(model: ModelFile, preprocessing: Preprocessing, runtime: Runtime): Promise<BoundNetwork> {
  if (preprocessing.modality === 'text')
    throw new GibbonError('E_NOT_APPLICABLE', 'texts change by whole characters: no bound over a ball of numbers speaks of them');
  if (await isRandom(model, runtime))
    throw new GibbonError(
      'E_NOT_APPLICABLE',
      'the model draws random numbers: an answer that differs from call to call cannot be certified',
      {
        hint: 'Certify it without its random layers, or the smoothed classifier: --method smoothing --norm l2.',
      },
    );
  const head = provableHead(model);
  const missing = unsupportedOperators(scoresOnly(model.graph, head));
  if (missing.length > 0) throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no bounds are known of ${missing.join(', ')}`);
  const lowered = loweredGraphs({ ...model, head }, preprocessing, runtime, { exact: true });
  return boundNetwork(async (batch) => {
    const graph = await lowered(batch);
    const g = newGraph();
    const x = g.input(INPUT, 'float32', [batch, ...preprocessing.shape]);
    const scores = g.inline(graph, inputValues(g, x, model, preprocessing)).get(graph.outputs[0]?.name ?? '');
    if (!scores) throw new GibbonError('E_INTERNAL', 'a lowered model has no output');
    return g.finish({ scores: g.reshape(scores, [batch, sizeOf(scores.shape) / batch]) }, 'model');
  }, runtime);
}
