/** Models that do harm: the shipped network with something behind or beside it that hangs or eats memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Graph, int, type Node, type Port } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { bools, floats, int64s, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { DEMO } from './cli.ts';

interface Extra {
  readonly nodes: (logits: string, input: string) => readonly Node[];
  readonly constants: Readonly<Record<string, Tensor>>;
}

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: `hostile_${output}`,
  inputs,
  outputs: [output],
  attributes,
});

/** The shipped network whose output goes through `extra`, which must make `hostile:out`. */
function behind(path: string, { nodes, constants }: Extra): string {
  const graph = readModel(readFileSync(DEMO.natural));
  const [[input], [output]] = [graph.inputs, graph.outputs] as unknown as [[Port], [Port]];
  const made: Graph = {
    ...graph,
    nodes: [...graph.nodes, ...nodes(output.name, input.name)],
    outputs: [{ ...output, name: 'hostile:out' }],
    constants: new Map([...graph.constants, ...Object.entries(constants)]),
  };
  writeFileSync(path, writeModel(made).bytes);
  return path;
}

/** Passes its third input on, again and again. */
const SPIN: Graph = {
  name: 'spin',
  opsets: new Map(),
  inputs: [
    { name: 'spin:i', type: 'int64', shape: [] },
    { name: 'spin:go', type: 'bool', shape: [] },
    { name: 'spin:x', type: 'float32', shape: null },
  ],
  outputs: [
    { name: 'spin:more', type: 'bool', shape: [] },
    { name: 'spin:y', type: 'float32', shape: null },
  ],
  nodes: [node('Identity', ['spin:go'], 'spin:more'), node('Mul', ['spin:x', 'spin:one'], 'spin:y')],
  constants: new Map([['spin:one', floats([1], [])]]),
};
const body = { body: { kind: 'graph', value: SPIN } } as const;

/** Never ends a run. */
export const spinning = (path: string): string =>
  behind(path, {
    nodes: (logits) => [node('Loop', ['hostile:trips', 'hostile:go', logits], 'hostile:out', body)],
    constants: { 'hostile:trips': int64s([2 ** 62], []), 'hostile:go': bools([true], []) },
  });

/** Harmless, but through a loop that ends when the data says so, which has no gradient. */
export const looping = (path: string): string =>
  behind(path, {
    nodes: (logits, input) => [
      node('ReduceMax', [input], 'hostile:most', { keepdims: int(0) }),
      node('Mul', ['hostile:most', 'hostile:none'], 'hostile:zero'),
      node('Cast', ['hostile:zero'], 'hostile:rest', { to: int(7) }),
      node('Add', ['hostile:rest', 'hostile:trip'], 'hostile:trips'),
      node('Loop', ['hostile:trips', 'hostile:go', logits], 'hostile:out', body),
    ],
    constants: { 'hostile:trip': int64s([1], []), 'hostile:none': floats([0], []), 'hostile:go': bools([true], []) },
  });

/** Answers pictures of 8 bits, and never ends a run on anything else: it lets the first look pass and hangs under attack. */
export const ambushing = (path: string): string =>
  behind(path, {
    nodes: (logits, input) => [
      node('Mul', [input, 'hostile:255'], 'hostile:levels'),
      node('Round', ['hostile:levels'], 'hostile:round'),
      node('Sub', ['hostile:levels', 'hostile:round'], 'hostile:off'),
      node('Abs', ['hostile:off'], 'hostile:abs'),
      node('ReduceMax', ['hostile:abs'], 'hostile:most', { keepdims: int(0) }),
      node('Greater', ['hostile:most', 'hostile:little'], 'hostile:caught'),
      node('Cast', ['hostile:caught'], 'hostile:bit', { to: int(7) }),
      node('Mul', ['hostile:bit', 'hostile:many'], 'hostile:trips'),
      node('Loop', ['hostile:trips', 'hostile:go', logits], 'hostile:out', body),
    ],
    constants: {
      'hostile:255': floats([255], []),
      'hostile:little': floats([0.01], []),
      'hostile:many': int64s([2 ** 62], []),
      'hostile:go': bools([true], []),
    },
  });

const SIDE = 3000;

/** Is busy for minutes while it is loaded: the runtime multiplies large constants in advance. */
export const slowToLoad = (path: string): string =>
  behind(path, {
    nodes: (logits) => {
      const products = Array.from({ length: 400 }, (_, i) =>
        node('MatMul', [i === 0 ? 'hostile:m' : `hostile:m${i}`, 'hostile:m'], `hostile:m${i + 1}`),
      );
      return [
        node('ConstantOfShape', ['hostile:shape'], 'hostile:m', { value: { kind: 'tensor', value: floats([1 / SIDE], [1]) } }),
        ...products,
        node('ReduceMax', ['hostile:m400'], 'hostile:most', { keepdims: int(0) }),
        node('Add', [logits, 'hostile:most'], 'hostile:out'),
      ];
    },
    constants: { 'hostile:shape': int64s([SIDE, SIDE]) },
  });

/** Wants `elements` floats at once. */
export const greedy = (path: string, elements: number): string =>
  behind(path, {
    nodes: (logits) => [
      node('ConstantOfShape', ['hostile:shape'], 'hostile:m', { value: { kind: 'tensor', value: floats([1], [1]) } }),
      node('ReduceMax', ['hostile:m'], 'hostile:most', { keepdims: int(0) }),
      node('Add', [logits, 'hostile:most'], 'hostile:out'),
    ],
    constants: { 'hostile:shape': int64s([elements]) },
  });

/** Answers pictures of 8 bits, and wants `elements` floats at once for anything else. */
export const hoarding = (path: string, elements: number): string =>
  behind(path, {
    nodes: (logits, input) => [
      node('Mul', [input, 'hostile:255'], 'hostile:levels'),
      node('Round', ['hostile:levels'], 'hostile:round'),
      node('Sub', ['hostile:levels', 'hostile:round'], 'hostile:off'),
      node('Abs', ['hostile:off'], 'hostile:abs'),
      node('ReduceMax', ['hostile:abs'], 'hostile:most', { keepdims: int(0) }),
      node('Greater', ['hostile:most', 'hostile:little'], 'hostile:caught'),
      node('Cast', ['hostile:caught'], 'hostile:bit', { to: int(7) }),
      node('Mul', ['hostile:bit', 'hostile:many'], 'hostile:size'),
      node('ConstantOfShape', ['hostile:size'], 'hostile:m', { value: { kind: 'tensor', value: floats([1], [1]) } }),
      node('ReduceSum', ['hostile:m'], 'hostile:sum', { keepdims: int(0) }),
      node('Mul', ['hostile:sum', 'hostile:none'], 'hostile:zero'),
      node('Add', [logits, 'hostile:zero'], 'hostile:out'),
    ],
    constants: {
      'hostile:255': floats([255], []),
      'hostile:little': floats([0.01], []),
      'hostile:none': floats([0], []),
      'hostile:many': int64s([elements]),
    },
  });

/** Answers NaN as soon as a pixel is off the 8-bit grid. */
export const evasive = (path: string): string =>
  behind(path, {
    nodes: (logits, input) => [
      node('Mul', [input, 'hostile:255'], 'hostile:levels'),
      node('Round', ['hostile:levels'], 'hostile:round'),
      node('Sub', ['hostile:levels', 'hostile:round'], 'hostile:off'),
      node('Abs', ['hostile:off'], 'hostile:abs'),
      node('ReduceMax', ['hostile:abs'], 'hostile:most', { keepdims: int(0) }),
      node('Greater', ['hostile:most', 'hostile:little'], 'hostile:caught'),
      node('Where', ['hostile:caught', 'hostile:nan', logits], 'hostile:out'),
    ],
    constants: { 'hostile:255': floats([255], []), 'hostile:little': floats([0.01], []), 'hostile:nan': floats([Number.NaN], []) },
  });
