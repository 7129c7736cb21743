/** Control flow on constants; what the data decides is in src/transform/lower/control.test.ts. */
import { type Attribute, type Graph, int, type Node } from '../../../src/onnx/graph.ts';
import { bools, floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';

const node = (op: string, inputs: readonly string[], output: string): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});
const body = (graph: Partial<Graph>): Attribute => ({
  kind: 'graph',
  value: { name: 'body', opsets: new Map(), inputs: [], outputs: [], nodes: [], constants: new Map(), ...graph },
});
const port = (name: string, shape: readonly number[], type: 'float32' | 'int64' | 'bool' = 'float32'): Graph['inputs'][number] => ({
  name,
  type,
  shape,
});

const held = { constants: new Map([['c', floats([1, -2, 3], [3])]]) };
const doubled = body({ ...held, nodes: [node('Add', ['c', 'c'], 'a')], outputs: [port('a', [3])] });
const negated = body({ ...held, nodes: [node('Neg', ['c'], 'b')], outputs: [port('b', [3])] });

export const CONTROL: readonly Lowered[] = [true, false].flatMap((yes): Lowered[] => [
  ...[7, 11, 19].map(
    (opset): Lowered => ({
      op: 'If',
      opset,
      inputs: [bools([yes], opset === 7 ? [1] : [])],
      attributes: { then_branch: doubled, else_branch: negated },
    }),
  ),
  {
    op: 'Loop',
    opset: yes ? 11 : 13,
    inputs: [int64s([3], []), bools([yes], []), [2, 3]],
    outputs: 2,
    attributes: {
      body: body({
        inputs: [port('i', [], 'int64'), port('go', [], 'bool'), port('v', [2, 3])],
        nodes: [node('Identity', ['go'], 'on'), node('Add', ['v', 'v'], 'w'), node('Neg', ['v'], 'n')],
        outputs: [port('on', [], 'bool'), port('w', [2, 3]), port('n', [2, 3])],
      }),
    },
  },
  {
    op: 'Scan',
    opset: yes ? 9 : 16,
    inputs: [floats([1, 2, 3], [3]), [2, 3]],
    outputs: 2,
    attributes: {
      num_scan_inputs: int(1),
      body: body({
        inputs: [port('s', [3]), port('v', [3])],
        nodes: [node('Mul', ['s', 'v'], 't'), node('Neg', ['s'], 'n')],
        outputs: [port('t', [3]), port('n', [3])],
      }),
    },
  },
]);
