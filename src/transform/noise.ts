/** Random numbers of a model as inputs of its lowered graph, so that whoever runs it draws them: a row's noise depends on its key alone. */
import type { StaticGraph, Value } from '../onnx/graph.ts';

/** No file names an input like that. */
const NOISE = 'gibbon:noise:';

/** The name of the graph's next noise input. */
export const noiseName = (inputs: readonly { readonly name: string }[]): string =>
  NOISE + inputs.filter(({ name }) => name.startsWith(NOISE)).length;

/** The inputs [rows, count] of a lowered graph that want uniform random numbers in (0, 1). */
export const noiseInputs = ({ inputs }: Pick<StaticGraph, 'inputs'>): Value[] => inputs.filter(({ name }) => name.startsWith(NOISE));
