/** A model with its preprocessing as a network for bounds: from the input before normalisation to the scores, exactly as the file has it. */
import { GibbonError } from '../../base/errors.ts';
import { inputValues } from '../../model/encoding.ts';
import { isRandom } from '../../model/judge.ts';
import type { ModelFile } from '../../model/model-file.ts';
import { type PortsEncoding, portValues } from '../../model/ports-encoding.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { loweredGraphs } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Graph, StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Head, scoresOnly } from '../../task/logits.ts';
import { optimise } from '../../transform/optimise.ts';
import { specialise, unsupportedOperators } from '../../transform/specialise.ts';
import { followed, frozenElements } from './followed.ts';
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
 * @param row one for which all that does not move, and that bounds cannot follow, is as here (`followed.ts`)
 * Bounds of it hold for float32 in whatever order a runtime computes. No stand-ins: they are no part of the model.
 * @throws GibbonError E_OPERATOR_UNSUPPORTED naming every operator without bounds, E_NOT_APPLICABLE for models and data that have none at all
 */
export async function modelNetwork(
  model: ModelFile,
  preprocessing: Preprocessing,
  runtime: Runtime,
  row?: Float32Array,
): Promise<BoundNetwork> {
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
  const exposed = scoresOnly(model.graph, head);
  if (frozenElements(preprocessing) !== undefined)
    return networkBeside(model, exposed, { preprocessing, runtime, row: row ?? anyRow(preprocessing) });
  refuseOperators(exposed);
  const lowered = loweredGraphs({ ...model, head }, preprocessing, runtime, { exact: true });
  return boundNetwork(async (batch) => {
    const graph = await lowered(batch);
    const g = newGraph();
    const x = g.input(INPUT, 'float32', [batch, ...preprocessing.shape]);
    return scoresOf(g, graph, inputValues(g, x, model, preprocessing), batch);
  }, runtime);
}

function refuseOperators(exposed: Graph): void {
  const missing = unsupportedOperators(exposed);
  if (missing.length > 0) throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no bounds are known of ${missing.join(', ')}`);
}

function scoresOf(g: GraphBuilder, graph: StaticGraph, inputs: ReadonlyMap<string, Value>, batch: number): StaticGraph {
  const scores = g.inline(graph, inputs).get(graph.outputs[0]?.name ?? '');
  if (!scores) throw new GibbonError('E_INTERNAL', 'a lowered model has no output');
  return g.finish({ scores: g.reshape(scores, [batch, sizeOf(scores.shape) / batch]) }, 'model');
}

/** The least of what each column can be. */
const anyRow = ({ encoding }: Preprocessing): Float32Array =>
  Float32Array.from(encoding?.kind === 'ports' ? encoding.columns : [], ({ low }) => low);

interface Beside {
  readonly preprocessing: Preprocessing;
  readonly runtime: Runtime;
  readonly row: Float32Array;
}

/** The network of rows that agree in what does not move: what is made of that stands beside x. */
async function networkBeside(model: ModelFile, exposed: Graph, { preprocessing, runtime, row }: Beside): Promise<BoundNetwork> {
  const encoding = preprocessing.encoding as PortsEncoding;
  const { graph, ports, made } = await followed(model, exposed, { preprocessing, row, runtime });
  refuseOperators(graph);
  return boundNetwork(async (batch) => {
    const shapes = [...ports, ...[...made].map(([name, { shape }]) => ({ name, shape: shape.slice(1) }))];
    const wanted = Object.fromEntries(shapes.map(({ name, shape }) => [name, [batch, ...shape]]));
    const core = await optimise(await specialise(graph, wanted, evaluator(runtime), { exact: true }));
    const g = newGraph();
    const x = g.input(INPUT, 'float32', [batch, ...preprocessing.shape]);
    const inputs = portValues(g, x, { ...encoding, ports });
    // Nothing of x but its rows: constants would be folded away, and so would the rounding of what is computed from them.
    const nothing = g.mul(g.slice(x, 1, 0, 1), g.scalar(0, x));
    for (const [name, value] of made) {
      const rows = g.reshape(nothing, [batch, ...value.shape.slice(1).map(() => 1)]);
      inputs.set(name, g.add(rows, g.constant(value)));
    }
    return scoresOf(g, core, inputs, batch);
  }, runtime);
}
