/** Files of models one after the other, written as one. */
import { basename } from 'node:path';
import { readModelFile } from '../model/model-file.ts';
import { writeModel } from '../onnx/write.ts';
import { composed } from '../transform/compose.ts';

export interface Composed {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The models of these ONNX files as one, in the order in which data passes them: preprocessing, network, postprocessing. Each but the last has one output.
 * @throws GibbonError E_FILE_NOT_FOUND, E_MODEL_UNREADABLE, and E_USAGE where two of them do not fit
 */
export async function compose(paths: readonly string[]): Promise<Composed> {
  const stages = [];
  for (const path of paths) stages.push({ name: basename(path), graph: (await readModelFile(path)).graph });
  const graph = composed(stages);
  const names = (ports: typeof graph.inputs): string[] => ports.map(({ name }) => name);
  return { bytes: writeModel(graph).bytes, inputs: names(graph.inputs), outputs: names(graph.outputs) };
}
