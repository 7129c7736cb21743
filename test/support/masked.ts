/** Networks that hide their gradients, each made from an honest one by a rewrite of its file: in front of it, behind it, or behind its activations. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Attributes, type Graph, int, type Node, type Port } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { bools, floats, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';

/** Adds nodes to a file, with names that say what they are. */
export interface Writer {
  readonly op: (op: string, inputs: readonly (string | number | boolean)[], attributes?: Attributes, name?: string) => string;
  /** A constant. */
  readonly tensor: (value: Tensor) => string;
}

export type Layer = (write: Writer, x: string) => string;

export interface Places {
  /** Between the input and the network. */
  readonly front?: Layer;
  /** Behind every Relu, or in its place. */
  readonly activation?: Layer;
  /** Behind the output. */
  readonly back?: Layer;
}

interface Writing {
  readonly nodes: Node[];
  readonly constants: Map<string, Tensor>;
}

function writer({ nodes, constants }: Writing): Writer {
  const constant = (value: number | boolean): string => {
    const name = `mask:constant:${value}`;
    constants.set(name, typeof value === 'boolean' ? bools([value], []) : floats([value], []));
    return name;
  };
  return {
    tensor: (value) => {
      const name = `mask:tensor:${constants.size}`;
      constants.set(name, value);
      return name;
    },
    op: (op, inputs, attributes = {}, name = `mask:${op}:${nodes.length}`) => {
      const names = inputs.map((input) => (typeof input === 'string' ? input : constant(input)));
      nodes.push({ op, domain: '', name, inputs: names, outputs: [`${name}:out`], attributes });
      return `${name}:out`;
    },
  };
}

/** The same network with layers of these kinds. */
export function withLayers(graph: Graph, { front, activation, back }: Places): Graph {
  const [input] = graph.inputs as [Port];
  const [output] = graph.outputs as [Port];
  const writing: Writing = { nodes: [], constants: new Map(graph.constants) };
  const write = writer(writing);
  const renamed = new Map<string, string>();
  if (front) renamed.set(input.name, front(write, input.name));
  for (const node of graph.nodes) {
    writing.nodes.push({ ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) });
    const [made] = node.outputs as [string];
    if (activation && node.op === 'Relu') renamed.set(made, activation(write, made));
  }
  const end = renamed.get(output.name) ?? output.name;
  const last = back ? back(write, end) : end;
  return { ...graph, nodes: writing.nodes, constants: writing.constants, outputs: [{ ...output, name: last }] };
}

/** Writes the changed network and returns its path. */
export function maskedModel(from: string, places: Places, to: string): string {
  const graph = readModel(readFileSync(from));
  writeFileSync(
    to,
    writeModel(withLayers({ ...graph, opsets: new Map([...graph.opsets, ['', Math.max(13, graph.opsets.get('') ?? 13)]]) }, places)).bytes,
  );
  return to;
}

const FLOAT = { to: int(1) };
const steps = (write: Writer, x: string, levels: number, rounding: string): string =>
  write.op('Div', [write.op(rounding, [write.op('Mul', [x, levels])]), levels]);
const plus = (write: Writer, values: readonly string[]): string => values.reduce((sum, value) => write.op('Add', [sum, value]));

/** Ten ways and more, by name. */
export const MASKS = {
  'quantised-activations': { activation: (w, x) => steps(w, x, 2, 'Round') },
  'thermometer-input': {
    front: (w, x) =>
      w.op('Mul', [
        plus(
          w,
          [0.1, 0.3, 0.5, 0.7, 0.9].map((t) => w.op('Cast', [w.op('Greater', [x, t])], FLOAT)),
        ),
        0.2,
      ]),
  },
  'sign-input': { front: (w, x) => w.op('Mul', [w.op('Add', [w.op('Sign', [w.op('Sub', [x, 0.5])]), 1]), 0.5]) },
  'saturated-softmax': { back: (w, z) => w.op('Softmax', [w.op('Mul', [z, 100])], { axis: int(-1) }) },
  'distilled-logits': { back: (w, z) => w.op('Mul', [z, 60]) },
  'clipped-logits': { back: (w, z) => w.op('Clip', [z, -2, 5]) },
  'random-noise': { front: (w, x) => w.op('Add', [x, w.op('Mul', [w.op('RandomNormalLike', [x]), 0.25])]) },
  'training-dropout': { activation: (w, x) => w.op('Dropout', [x, 0.5, true]) },
  'integer-cast': { front: (w, x) => w.op('Mul', [w.op('Cast', [w.op('Cast', [w.op('Mul', [x, 8])], { to: int(3) })], FLOAT), 0.125]) },
  'shattering-sine': { front: (w, x) => w.op('Add', [x, w.op('Mul', [w.op('Sin', [w.op('Mul', [x, 1000])]), 0.08])]) },
  'dead-zone': { back: (w, z) => w.op('Clip', [w.op('Sub', [z, 6]), 0, 3]) },
  'floored-log': { back: (w, z) => w.op('Log', [w.op('Add', [w.op('Softmax', [w.op('Mul', [z, 3])], { axis: int(-1) }), 1e-6])]) },
  'random-pruning': {
    activation: (w, x) => w.op('Mul', [x, w.op('Cast', [w.op('Greater', [w.op('RandomUniformLike', [x]), 0.3])], FLOAT)]),
  },
  'steep-input': { front: (w, x) => w.op('Sigmoid', [w.op('Mul', [w.op('Sub', [x, 0.5]), 400])]) },
  'staircase-input': { front: (w, x) => steps(w, x, 4, 'Floor') },
  'rounded-scores': { back: (w, z) => steps(w, w.op('Softmax', [z], { axis: int(-1) }), 20, 'Round') },
  'nan-slope': { front: (w, x) => w.op('Sqrt', [w.op('Mul', [x, x])]) },
} as const satisfies Readonly<Record<string, Places>>;

/** Four more, not looked at while the check was written. */
export const HELD_OUT = {
  'three-bit-input': { front: (w, x) => steps(w, x, 7, 'Round') },
  'winner-takes-all': {
    activation: (w, x) => w.op('Mul', [x, w.op('Cast', [w.op('Greater', [x, w.op('Mul', [w.op('ReduceMax', [x]), 0.3])])], FLOAT)]),
  },
  'random-pixels': { front: (w, x) => w.op('Mul', [x, w.op('Cast', [w.op('Greater', [w.op('RandomUniformLike', [x]), 0.1])], FLOAT)]) },
  'cubed-logits': { back: (w, z) => w.op('Mul', [w.op('Mul', [z, z]), z]) },
} as const satisfies Readonly<Record<string, Places>>;
