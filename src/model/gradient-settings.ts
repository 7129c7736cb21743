/** How gradients are taken of a model that hides them, as plain JSON, and as what the lowering and the target want. */
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

/** @throws GibbonError for a file that is no model */
export async function gradientOptions({
  draws,
  exact,
  standIns,
}: GradientSettings = {}): Promise<TargetOptions & { choice: GradientChoice }> {
  const graphOf = async (file: string | undefined): Promise<Graph | undefined> =>
    file === undefined ? undefined : (await readModelFile(file)).graph;
  const loaded = await Promise.all((standIns ?? []).map(async ({ from, to, file }) => ({ from, to, graph: await graphOf(file) })));
  return { draws, choice: { exact, standIns: loaded } };
}
