/** Small valid models that fuzzing starts from: the committed exports, and some of our own with what exports seldom have. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Attribute, type Graph, int, ints, type Node } from '../../../src/onnx/graph.ts';
import { bools, floats, int64s, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/write.ts';

const EXPORTS = resolve(import.meta.dirname, '../../assets/exports');
const LARGEST = 24_000;

export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A weight file that it keeps beside it. */
  readonly beside?: { readonly name: string; readonly bytes: Uint8Array };
}

const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: `n_${outputs[0]}`,
  inputs,
  outputs,
  attributes,
});
const port = (name: string, shape: Graph['inputs'][number]['shape'] = null): Graph['inputs'][number] => ({ name, type: 'float32', shape });
const ramp = (shape: readonly number[]): Tensor =>
  floats(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 7) / 7 - 0.4),
    shape,
  );
const graphOf = (
  nodes: readonly Node[],
  constants: Readonly<Record<string, Tensor>>,
  shape: Graph['inputs'][number]['shape'] = ['N', 1, 8, 8],
): Graph => ({
  name: 'seed',
  opsets: new Map([['', 18]]),
  inputs: [port('x', shape)],
  outputs: [port('y', ['N', 4])],
  nodes,
  constants: new Map(Object.entries(constants)),
});

const conv = graphOf(
  [
    node('Conv', ['x', 'w', 'b'], ['c'], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
    node('Relu', ['c'], ['r']),
    node('MaxPool', ['r'], ['p'], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
    node('Flatten', ['p'], ['f'], { axis: int(1) }),
    node('Gemm', ['f', 'v', 'u'], ['l'], { transB: int(1) }),
    node('Softmax', ['l'], ['y'], { axis: int(-1) }),
  ],
  { w: ramp([2, 1, 3, 3]), b: ramp([2]), v: ramp([4, 8]), u: ramp([4]) },
);

/** Shapes computed as exporters do, from the input's own. */
const shapes = graphOf(
  [
    node('Shape', ['x'], ['s']),
    node('Gather', ['s', 'zero'], ['n'], { axis: int(0) }),
    node('Unsqueeze', ['n', 'zero1'], ['n1']),
    node('Concat', ['n1', 'minus'], ['t'], { axis: int(0) }),
    node('Reshape', ['x', 't'], ['f']),
    node('Slice', ['f', 'zero1', 'many', 'one1', 'two1'], ['g']),
    node('Pad', ['g', 'pads'], ['h']),
    node('Tile', ['h', 'times'], ['i']),
    node('Range', ['zero', 'four', 'one'], ['k']),
    node('ConstantOfShape', ['times'], ['o'], { value: { kind: 'tensor', value: floats([1], [1]) } }),
    node('Gather', ['i', 'k'], ['j'], { axis: int(1) }),
    node('Expand', ['o', 'times'], ['e']),
    node('Mul', ['j', 'e'], ['y']),
  ],
  {
    zero: int64s([0], []),
    one: int64s([1], []),
    four: int64s([4], []),
    zero1: int64s([0]),
    one1: int64s([1]),
    two1: int64s([2]),
    many: int64s([2 ** 53]),
    minus: int64s([-1]),
    pads: int64s([0, 1, 0, 1]),
    times: int64s([1, 1]),
  },
);

const graph = (name: string, nodes: readonly Node[], outputs: readonly string[], inputs: Graph['inputs'] = []): Attribute => ({
  kind: 'graph',
  value: { name, opsets: new Map(), inputs, outputs: outputs.map((one) => port(one)), nodes, constants: new Map() },
});

const control = graphOf(
  [
    node('ReduceSum', ['x', 'axes'], ['f'], { keepdims: int(0) }),
    node('If', ['go'], ['a'], {
      then_branch: graph('t', [node('Neg', ['f'], ['ta'])], ['ta']),
      else_branch: graph('e', [node('Abs', ['f'], ['ea'])], ['ea']),
    }),
    node('Loop', ['trips', 'go', 'a'], ['b'], {
      body: graph(
        'body',
        [node('Identity', ['lg'], ['lm']), node('Add', ['la', 'f'], ['lb'])],
        ['lm', 'lb'],
        [{ name: 'li', type: 'int64', shape: [] }, { name: 'lg', type: 'bool', shape: [] }, port('la')],
      ),
    }),
    node('MatMul', ['b', 'w'], ['y']),
  ],
  { go: bools([true], []), trips: int64s([3], []), axes: int64s([1, 2]), w: ramp([8, 4]) },
);

const mixed = graphOf(
  [
    node('QuantizeLinear', ['x', 'qs', 'qz'], ['q']),
    node('DequantizeLinear', ['q', 'qs', 'qz'], ['d']),
    node('ReduceMean', ['d'], ['m'], { keepdims: int(1) }),
    node('Sub', ['d', 'm'], ['z']),
    node('Resize', ['z', '', 'scales'], ['u'], { mode: { kind: 'string', value: 'nearest' } }),
    node('AveragePool', ['u'], ['p'], { kernel_shape: ints([4, 4]), strides: ints([4, 4]) }),
    node('Transpose', ['p'], ['t'], { perm: ints([0, 2, 3, 1]) }),
    node('Reshape', ['t', 'flat'], ['f']),
    node('LayerNormalization', ['f', 'g'], ['n'], { axis: int(-1) }),
    node('Einsum', ['n', 'w'], ['e'], { equation: { kind: 'string', value: 'ni,ij->nj' } }),
    node('Clip', ['e', 'low'], ['c']),
    node('TopK', ['c', 'k'], ['y', 'i'], { axis: int(-1) }),
  ],
  {
    qs: floats([0.02], []),
    qz: { type: 'uint8', shape: [], data: Uint8Array.of(3) },
    scales: floats([1, 1, 2, 2], [4]),
    flat: int64s([0, 16]),
    g: ramp([16]),
    w: ramp([16, 6]),
    low: floats([-3], []),
    k: int64s([4]),
  },
);

export function seeds(): Seed[] {
  const own = Object.entries({ conv, shapes, control, mixed }).map(([name, model]) => ({ name, bytes: writeModel(model).bytes }));
  if (!existsSync(EXPORTS)) return own;
  const files = readdirSync(EXPORTS).filter((name) => name.endsWith('.onnx') && statSync(join(EXPORTS, name)).size <= LARGEST);
  const exported = files.sort().map((name): Seed => {
    const beside = join(EXPORTS, `${name}.data`);
    const bytes = readFileSync(join(EXPORTS, name));
    return { name, bytes, ...(existsSync(beside) ? { beside: { name: `${name}.data`, bytes: readFileSync(beside) } } : {}) };
  });
  return [...own, ...exported];
}
