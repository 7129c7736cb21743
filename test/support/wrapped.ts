/** Fixture models that want their input in another form: nodes at the entrance undo the form, so that only the right preprocessing reads them well. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Graph, int, ints, type Node, type Port } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { floats, int64s, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';

/** One node between the new input and the old one; its constant, if any, is its second input (its first for Gather's data). */
export interface Step {
  readonly op: 'Mul' | 'Add' | 'Gather' | 'Transpose';
  readonly constant?: Tensor;
  readonly attributes?: Node['attributes'];
}

export const scaled = (factor: number): Step => ({ op: 'Mul', constant: floats([factor], []) });
export const plus = (values: readonly number[]): Step => ({
  op: 'Add',
  constant: floats(values, values.length === 1 ? [] : [values.length, 1, 1]),
});
export const times = (values: readonly number[]): Step => ({
  op: 'Mul',
  constant: floats(values, values.length === 1 ? [] : [values.length, 1, 1]),
});
export const swapped: Step = { op: 'Gather', constant: int64s([2, 1, 0]), attributes: { axis: int(1) } };
export const fromNhwc: Step = { op: 'Transpose', attributes: { perm: ints([0, 3, 1, 2]) } };

/** Writes `model` with the steps before its input. */
export function wrap(model: string, path: string, steps: readonly Step[]): string {
  const graph = readModel(readFileSync(model));
  const [input] = graph.inputs as [Port];
  const constants = new Map(graph.constants);
  let [from, nodes]: [string, Node[]] = ['wrapped', []];
  for (const [i, { op, constant, attributes = {} }] of steps.entries()) {
    const to = i === steps.length - 1 ? input.name : `wrapped:${i}`;
    if (constant) constants.set(`wrapped:k${i}`, constant);
    nodes = [
      ...nodes,
      { op, domain: '', name: `wrapped_${i}`, inputs: constant ? [from, `wrapped:k${i}`] : [from], outputs: [to], attributes },
    ];
    from = to;
  }
  const [n = null, c = null, h = null, w = null] = input.shape ?? [];
  const shape = steps.includes(fromNhwc) ? [n, h, w, c] : input.shape;
  const made: Graph = { ...graph, inputs: [{ ...input, name: 'wrapped', shape }], nodes: [...nodes, ...graph.nodes], constants };
  writeFileSync(path, writeModel(made).bytes);
  return path;
}
