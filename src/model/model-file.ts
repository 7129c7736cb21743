/** A model file on disk: its bytes, hash, graph, and the ports that matter. */
import { GibbonError } from '../base/errors.ts';
import { readModelBytes } from '../data/model-bytes.ts';
import { type ModelFolder, openModelFolder } from '../data/model-folder.ts';
import type { Graph, Port } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { type Head, headOf } from '../task/logits.ts';

export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
  /** SHA-256 over the file and the weight files beside it; read when asked for. */
  contents(): string;
  readonly bytes: number;
  readonly graph: Graph;
  readonly parameters: number;
  /** The first input. */
  readonly input: Port;
  readonly inputs: readonly Port[];
  readonly output: Port;
  readonly head: Head;
  /** What the files beside it say. */
  readonly folder: ModelFolder;
}

/** Reads and parses a model, given as a file or as a Hugging Face folder. @throws GibbonError E_FILE_NOT_FOUND, E_MODEL_UNREADABLE, E_MODEL_UNSUPPORTED */
export async function readModelFile(asked: string): Promise<ModelFile> {
  const folder = await openModelFolder(asked);
  const path = folder.model;
  const { bytes, sha256, beside, contents } = await readModelBytes(path);
  const graph = readModel(bytes, beside);
  const [input] = graph.inputs;
  if (!input)
    throw new GibbonError('E_MODEL_UNSUPPORTED', 'the model has no inputs', { hint: 'Export it with its input as a graph input.' });
  for (const port of graph.inputs) assertPossible(port);
  const head = headOf(graph);
  const parameters = [...graph.constants.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const output: Port = graph.outputs.find(({ name }) => name === head.output) ?? { name: head.output, type: 'float32', shape: null };
  return {
    path,
    sha256,
    contents,
    bytes: bytes.byteLength,
    graph,
    parameters,
    input,
    inputs: graph.inputs,
    output,
    head,
    folder,
  };
}

/** Numbers of one example; a minute of sound has 3 million, a photo at full resolution 150 million. */
const LARGEST_INPUT = 2 ** 28;

function assertPossible({ name, shape }: Port): void {
  const fixed = (shape ?? []).filter((dim) => typeof dim === 'number');
  if (sizeOf(fixed) <= LARGEST_INPUT) return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${name} takes [${shape?.join(', ')}], more numbers than any data has`, {
    hint: 'The file is damaged, or made to do harm.',
  });
}
