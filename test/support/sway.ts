/** A model as it might have rounded: the same file with every weight, and every result of an operator on floats, moved by about a unit in its last place. */
import { float, type Graph, type Node } from '../../src/onnx/graph.ts';
import { floats, type Tensor, view } from '../../src/onnx/tensor.ts';
import { keyedRng } from '../../src/rng/rng.ts';

/** Relative distance of neighbouring float32 numbers. */
const ULP = 2 ** -23;

/** A float32 tensor's elements, each moved up or down. */
export function nudgedNumbers(values: Float32Array, draw: number, name: string): Float32Array {
  const rng = keyedRng(draw, 'nudged', name);
  return values.map((value) => value * (1 + (rng.uniform() < 0.5 ? ULP : -ULP)));
}

/** Operators whose float constants are sizes, exponents or scales of a shape: to move those would change what is computed. */
const EXACT = new Set(['ConstantOfShape', 'OneHot', 'Pad', 'Pow', 'Range', 'Resize', 'Upsample']);

/** Operators that return floats whatever they are given, and round them. */
const ROUNDING = new Set([
  'AveragePool',
  'BatchNormalization',
  'Conv',
  'ConvTranspose',
  'Erf',
  'Exp',
  'Gemm',
  'GlobalAveragePool',
  'GroupNormalization',
  'HardSigmoid',
  'InstanceNormalization',
  'LayerNormalization',
  'LogSoftmax',
  'Sigmoid',
  'Softmax',
  'Sqrt',
  'Tanh',
]);

/** The model with other roundings. */
export function swayed(model: Graph, draw: number): Graph {
  const exact = new Set(model.nodes.flatMap(({ op, inputs }) => (EXACT.has(op) ? inputs : [])));
  const moved = (name: string, tensor: Tensor): Tensor =>
    tensor.type !== 'float32' || exact.has(name) ? tensor : floats(nudgedNumbers(view(tensor) as Float32Array, draw, name), tensor.shape);
  return {
    ...model,
    constants: new Map([...model.constants].map(([name, tensor]) => [name, moved(name, tensor)])),
    nodes: model.nodes.flatMap((node, i) =>
      node.domain === '' && ROUNDING.has(node.op) ? noisy(node, draw * model.nodes.length + i) : [node],
    ),
  };
}

/** The node with its first output multiplied by random numbers beside 1. */
function noisy(node: Node, seed: number): Node[] {
  const [name = '', ...others] = node.outputs;
  const [raw, noise] = [`${name}:raw`, `${name}:noise`];
  const made = (op: string, inputs: string[], output: string, attributes: Node['attributes']): Node => ({
    op,
    domain: '',
    name: output,
    inputs,
    outputs: [output],
    attributes,
  });
  return [
    { ...node, outputs: [raw, ...others] },
    made('RandomUniformLike', [raw], noise, { low: float(1 - ULP), high: float(1 + ULP), seed: float(seed) }),
    made('Mul', [raw, noise], name, {}),
  ];
}
