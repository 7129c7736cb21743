/** The evaluator that transforms are given: runs a constant graph once and lets it go. */
import { GibbonError } from '../base/errors.ts';
import type { StaticGraph } from '../onnx/graph.ts';
import { byteLengthOf, type Tensor } from '../onnx/tensor.ts';
import type { Evaluate } from '../transform/evaluate.ts';
import type { Runtime } from './runtime.ts';

/** Bytes that the values of a constant graph may take together; a few bytes of file can declare any size. */
const MOST_BYTES = 4 * 2 ** 30;
/** A large model's weights may grow so many times on their way. */
const GROWTH = 16;

/** @throws GibbonError E_MODEL_UNSUPPORTED from the evaluator where constants are too large, or the runtime cannot compute them */
export function evaluator(runtime: Runtime): Evaluate {
  return async (graph: StaticGraph) => {
    assertAffordable(graph);
    try {
      return await evaluated(runtime, graph);
    } catch (cause) {
      throw new GibbonError(
        'E_MODEL_UNSUPPORTED',
        `constants of the model cannot be computed: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: 'ONNX Runtime refuses this part of the model, so the model is damaged, or the fault is ours.',
          cause,
        },
      );
    }
  };
}

function assertAffordable({ nodes, types, constants }: StaticGraph): void {
  const given = [...constants.values()].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  const made = nodes
    .flatMap(({ outputs }) => outputs.map((name) => types.get(name)))
    .reduce((sum, type) => sum + (type ? byteLengthOf(type) : 0), 0);
  if (made <= Math.max(MOST_BYTES, GROWTH * given)) return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's constants grow to ${(made / 2 ** 30).toFixed(0)} GiB`, {
    hint: 'Export the model with constants folded; one that makes such constants from nothing may be made to do harm.',
  });
}

async function evaluated(runtime: Runtime, graph: StaticGraph): Promise<ReadonlyMap<string, Tensor>> {
  const session = await runtime.load(graph, { optimisation: 'disabled' });
  try {
    const outputs = await session.run({});
    return new Map(
      Object.entries(outputs).map(([name, { type, shape, data }]): [string, Tensor] => [
        name,
        { type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() },
      ]),
    );
  } finally {
    await session.release();
  }
}
