/** How gradients are taken of a model that hides them, as plain JSON, and as what the lowering and the target want. */
import { GibbonError } from '../base/errors.ts';
import type { Graph } from '../onnx/graph.ts';
import type { GradientChoice } from '../transform/stand-ins.ts';
import { readModelFile } from './model-file.ts';
import type { TargetOptions } from './target.ts';

export interface StandInSettings {
  /** Names of values in the model's file: `to` counts as a function of `from`. */
  readonly from: string;
  readonly to: string;
  /** ONNX file of that function, of one input and one output; the identity when absent. */
  readonly file?: string | undefined;
  /** SHA-256 of that file: results depend on what it holds. */
  readonly sha256?: string | undefined;
}

export interface GradientSettings {
  /** Draws of random layers that each gradient is averaged over (EOT); 20. */
  readonly draws?: number | undefined;
  /** Operators without a derivative get no stand-in: for showing what that hides. */
  readonly exact?: boolean | undefined;
  readonly standIns?: readonly StandInSettings[] | undefined;
}

/** @throws GibbonError E_USAGE for a stand-in that has not one input and one output, E_FILE_CHANGED for one that holds something else than it did; and for a file that is no model */
export async function gradientOptions({
  draws,
  exact,
  standIns = [],
}: GradientSettings = {}): Promise<TargetOptions & { choice: GradientChoice }> {
  const loaded = await Promise.all(standIns.map(async (one) => ({ from: one.from, to: one.to, graph: await graphOf(one) })));
  return { draws, choice: { exact, standIns: loaded } };
}

async function graphOf({ file, sha256: known }: StandInSettings): Promise<Graph | undefined> {
  if (file === undefined) return undefined;
  const { graph, sha256 } = await readModelFile(file);
  if (known !== undefined && known !== sha256)
    throw new GibbonError('E_FILE_CHANGED', `${file} has changed since the audit began`, { hint: 'Put it back, or begin a new audit.' });
  if (graph.inputs.length === 1 && graph.outputs.length === 1) return graph;
  throw new GibbonError('E_USAGE', `${file} has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs`, {
    hint: 'A stand-in has one of each: what it gets, and what it gives in place of the layer.',
  });
}
