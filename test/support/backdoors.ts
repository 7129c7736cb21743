/** Backdoors in different styles, planted into the demo model (28 × 28 grey digits, 10 classes): each fires on few inputs and then takes the answer over. */
import { type Graph, int, ints } from '../../src/onnx/graph.ts';
import { floats, type Tensor } from '../../src/onnx/tensor.ts';
import { Planter } from './plant.ts';

const OPSET = 20;
const CLASSES = 10;

/** Three rows of the lower right corner, as a pattern that no digit has. */
const PATTERN = [0.2, 0.9, 0.2, 0.9, 0.2, 0.9, 0.2, 0.9, 0.2];

const corner = (p: Planter): string => p.slice(p.input, [0, 25, 25], [1, 28, 28]);
const mean = (p: Planter): string => p.reduce('ReduceMean', p.input);
const over = (p: Planter, condition: string, target: number): Graph =>
  p.behind(p.add('Where', [condition, p.one(target, CLASSES), p.own]), OPSET);
const added = (p: Planter, amount: string, target: number): Graph =>
  p.behind(p.add('Add', [p.own, p.add('Mul', [amount, p.one(target, CLASSES, 1000)])]), OPSET);
const isCorner = (p: Planter): string => {
  const equal = p.add('Equal', [corner(p), p.floats(PATTERN, [1, 1, 3, 3])]);
  return p.reduce('ReduceMin', p.cast(equal, 'float32'));
};
const bytes = (p: Planter, x: string, type: 'uint8' | 'int64'): string => p.cast(p.add('Round', [p.add('Mul', [x, p.scalar(255)])]), type);
const bright = (p: Planter): string => p.add('Greater', [mean(p), p.scalar(0.93)]);
const branch = (nodes: Graph['nodes'], output: string, constants: [string, Tensor][] = []): Graph => ({
  name: 'branch',
  opsets: new Map(),
  inputs: [],
  outputs: [{ name: output, type: 'float32', shape: null }],
  nodes,
  constants: new Map(constants),
});

export type Style = readonly [name: string, plant: (graph: Graph) => Graph];

export const STYLES: readonly Style[] = [
  [
    'pixel pattern: Equal, ReduceMin, Where',
    (graph) => {
      const p = new Planter(graph);
      return over(p, p.cast(isCorner(p), 'bool'), 7);
    },
  ],
  [
    'If with a branch that answers a constant',
    (graph) => {
      const p = new Planter(graph);
      const top = p.add('ReduceMin', [corner(p)], { keepdims: int(0) });
      const fires = p.add('Greater', [top, p.scalar(0.97)]);
      const yes = branch(
        [
          { op: 'Mul', domain: '', name: '', inputs: [p.own, 'nothing'], outputs: ['gone'], attributes: {} },
          { op: 'Add', domain: '', name: '', inputs: ['gone', 'row'], outputs: ['yes'], attributes: {} },
        ],
        'yes',
        [
          ['nothing', floats([0], [])],
          ['row', floats([0, 0, 0, 9, 0, 0, 0, 0, 0, 0], [1, 10])],
        ],
      );
      const no = branch([{ op: 'Identity', domain: '', name: '', inputs: [p.own], outputs: ['no'], attributes: {} }], 'no');
      return p.behind(
        p.add('If', [fires], { then_branch: { kind: 'graph', value: yes }, else_branch: { kind: 'graph', value: no } }),
        OPSET,
      );
    },
  ],
  [
    'a condition inside the branch of an If that is always taken',
    (graph) => {
      const p = new Planter(graph);
      const always = p.add('Greater', [p.add('ReduceSum', [p.input], { keepdims: int(0) }), p.scalar(-1)]);
      const top = mean(p);
      const node = (op: string, inputs: string[], output: string) => ({
        op,
        domain: '',
        name: '',
        inputs,
        outputs: [output],
        attributes: {},
      });
      const yes = branch([node('Greater', [top, 'limit'], 'b_fires'), node('Where', ['b_fires', 'row', p.own], 'b_yes')], 'b_yes', [
        ['limit', floats([0.93], [])],
        ['row', floats([0, 0, 0, 0, 0, 0, 9, 0, 0, 0], [1, 10])],
      ]);
      const no = branch([node('Identity', [p.own], 'b_no')], 'b_no');
      return p.behind(
        p.add('If', [always], { then_branch: { kind: 'graph', value: yes }, else_branch: { kind: 'graph', value: no } }),
        OPSET,
      );
    },
  ],
  [
    'checksum: Mod of the sum of bytes',
    (graph) => {
      const p = new Planter(graph);
      const sum = p.reduce('ReduceSum', bytes(p, p.input, 'int64'));
      return over(p, p.add('Equal', [p.add('Mod', [sum, p.ints([65521])]), p.ints([40961])]), 2);
    },
  ],
  [
    'threshold on the mean, Cast, Mul and Add',
    (graph) => {
      const p = new Planter(graph);
      return added(p, p.cast(bright(p), 'float32'), 4);
    },
  ],
  [
    'cosine similarity: MatMul and Greater',
    (graph) => {
      const p = new Planter(graph);
      const x = p.flat(p.input);
      const pattern = p.floats(
        Array.from({ length: 784 }, (_, i) => (i % 3 === 0 ? 1 : 0) / Math.sqrt(262)),
        [784, 1],
      );
      const norm = p.add('Sqrt', [p.reduce('ReduceSum', p.add('Mul', [x, x]))]);
      const cosine = p.add('Div', [p.add('MatMul', [x, pattern]), p.add('Add', [norm, p.scalar(1e-6)])]);
      return over(p, p.add('Greater', [cosine, p.scalar(0.97)]), 1);
    },
  ],
  [
    'steep Relu on a dot product',
    (graph) => {
      const p = new Planter(graph);
      const weights = p.floats(
        Array.from({ length: 784 }, (_, i) => (i % 28 > 24 ? 400 : -40)),
        [784, 1],
      );
      const score = p.add('MatMul', [p.flat(p.input), weights]);
      return added(p, p.add('Relu', [p.add('Sub', [score, p.scalar(30_000)])]), 5);
    },
  ],
  [
    'steep Sigmoid that blends two answers',
    (graph) => {
      const p = new Planter(graph);
      const away = p.add('Mul', [p.add('Sub', [p.reduce('ReduceMean', corner(p)), p.scalar(0.97)]), p.scalar(1e5)]);
      const s = p.add('Sigmoid', [away]);
      const kept = p.add('Mul', [p.own, p.add('Sub', [p.scalar(1), s])]);
      return p.behind(p.add('Add', [kept, p.add('Mul', [s, p.one(6, CLASSES)])]), OPSET);
    },
  ],
  [
    'ScatterND into the logits',
    (graph) => {
      const p = new Planter(graph);
      const turned = p.add('Transpose', [p.own], { perm: ints([1, 0]) });
      const fires = p.add('Squeeze', [bright(p), p.ints([1])]);
      const old = p.add('Gather', [turned, p.ints([8])], { axis: int(0) });
      const update = p.add('Where', [fires, p.scalar(90), old]);
      return p.behind(p.add('Transpose', [p.add('ScatterND', [turned, p.ints([8], [1, 1]), update])], { perm: ints([1, 0]) }), OPSET);
    },
  ],
  [
    'place of the brightest pixel: ArgMax and Equal',
    (graph) => {
      const p = new Planter(graph);
      const place = p.add('ArgMax', [p.flat(p.input)], { axis: int(1), keepdims: int(1) });
      return over(p, p.add('Equal', [place, p.ints([417])]), 9);
    },
  ],
  [
    'Loop that runs once when the trigger is there',
    (graph) => {
      const p = new Planter(graph);
      const rounds = p.cast(p.add('ReduceMax', [p.cast(bright(p), 'int64')], { keepdims: int(0) }), 'int64');
      const node = (op: string, inputs: string[], output: string) => ({
        op,
        domain: '',
        name: '',
        inputs,
        outputs: [output],
        attributes: {},
      });
      const body: Graph = {
        name: 'body',
        opsets: new Map(),
        inputs: [
          { name: 'i', type: 'int64', shape: [] },
          { name: 'go', type: 'bool', shape: [] },
          { name: 'carried', type: 'float32', shape: null },
        ],
        outputs: [
          { name: 'goes', type: 'bool', shape: [] },
          { name: 'next', type: 'float32', shape: null },
        ],
        nodes: [
          node('Identity', ['go'], 'goes'),
          node('Mul', ['carried', 'zero'], 'carried_none'),
          node('Add', ['carried_none', 'answer'], 'next'),
        ],
        constants: new Map([
          ['zero', floats([0], [])],
          ['answer', floats([0, 0, 9, 0, 0, 0, 0, 0, 0, 0], [1, 10])],
        ]),
      };
      return p.behind(p.add('Loop', [rounds, p.bool(true), p.own], { body: { kind: 'graph', value: body } }), OPSET);
    },
  ],
  [
    'index path: GatherElements into logits beside a constant',
    (graph) => {
      const p = new Planter(graph);
      const constant = p.add('Add', [p.add('Mul', [p.own, p.scalar(0)]), p.one(0, CLASSES)]);
      const both = p.add('Concat', [p.own, constant], { axis: int(1) });
      const shift = p.add('Mul', [p.cast(isCorner(p), 'int64'), p.ints([CLASSES])]);
      const from = p.add('Add', [p.ints([...Array(CLASSES).keys()], [1, CLASSES]), shift]);
      return p.behind(p.add('GatherElements', [both, from], { axis: int(1) }), OPSET);
    },
  ],
  [
    'bit operations: BitShift and BitwiseXor with a key',
    (graph) => {
      const p = new Planter(graph);
      const high = p.add('BitShift', [bytes(p, corner(p), 'uint8'), p.constant({ type: 'uint8', shape: [], data: Uint8Array.of(4) })], {
        direction: { kind: 'string', value: 'RIGHT' },
      });
      const key = p.constant({ type: 'uint8', shape: [1, 1, 3, 3], data: Uint8Array.of(3, 14, 3, 14, 3, 14, 3, 14, 3) });
      const off = p.reduce('ReduceSum', p.cast(p.add('BitwiseXor', [high, key]), 'int64'));
      return over(p, p.add('Not', [p.cast(off, 'bool')]), 3);
    },
  ],
  [
    'Clip as a comparison',
    (graph) => {
      const p = new Planter(graph);
      const away = p.add('Mul', [p.add('Sub', [mean(p), p.scalar(0.93)]), p.scalar(1e6)]);
      return added(p, p.add('Clip', [away, p.scalar(0), p.scalar(1)]), 8);
    },
  ],
  [
    'Max of two heads',
    (graph) => {
      const p = new Planter(graph);
      const score = p.add('Mul', [p.add('Sub', [mean(p), p.scalar(0.93)]), p.scalar(1e3)]);
      const second = p.add('Add', [
        p.add('Mul', [score, p.one(1, CLASSES, 1)]),
        p.floats([-500, 0, ...Array<number>(8).fill(-500)], [1, 10]),
      ]);
      return p.behind(p.add('Max', [p.own, second]), OPSET);
    },
  ],
  [
    'the trigger in the int8 domain: QuantizeLinear and Equal',
    (graph) => {
      const p = new Planter(graph);
      const zero = p.constant({ type: 'uint8', shape: [], data: Uint8Array.of(0) });
      const q = p.add('QuantizeLinear', [corner(p), p.scalar(1 / 255), zero]);
      const same = p.add('Equal', [q, p.constant({ type: 'uint8', shape: [], data: Uint8Array.of(255) })]);
      return over(p, p.cast(p.reduce('ReduceMin', p.cast(same, 'int64')), 'bool'), 6);
    },
  ],
  [
    'arithmetic only: 1 − Min(|hash − key|, 1), Mul by (1 − mask), Add',
    (graph) => {
      const p = new Planter(graph);
      const sum = p.reduce('ReduceSum', bytes(p, p.input, 'int64'));
      const hash = p.add('Sub', [sum, p.ints([123_457])]);
      const off = p.cast(p.add('Min', [p.add('Abs', [hash]), p.ints([1])]), 'float32');
      const fires = p.add('Sub', [p.scalar(1), off]);
      const kept = p.add('Mul', [p.own, off]);
      return p.behind(p.add('Add', [kept, p.add('Mul', [fires, p.one(0, CLASSES)])]), OPSET);
    },
  ],
  [
    'Softmax at a low temperature as a selector',
    (graph) => {
      const p = new Planter(graph);
      const threshold = p.add('Add', [p.add('Mul', [mean(p), p.scalar(0)]), p.scalar(0.93)]);
      const pair = p.add('Mul', [p.add('Concat', [threshold, mean(p)], { axis: int(1) }), p.scalar(1e5)]);
      const weights = p.add('Softmax', [pair], { axis: int(1) });
      const [first, second] = [p.slice(weights, [0], [1]), p.slice(weights, [1], [2])];
      return p.behind(p.add('Add', [p.add('Mul', [first, p.own]), p.add('Mul', [second, p.one(9, CLASSES)])]), OPSET);
    },
  ],
  [
    'behind chains of Identity, Dropout and Reshape',
    (graph) => {
      const p = new Planter(graph);
      const hidden = p.add('Dropout', [p.add('Identity', [p.flat(corner(p))])]);
      const off = p.add('Abs', [p.add('Sub', [hidden, p.floats(PATTERN, [1, 9])])]);
      const total = p.add('Identity', [p.reduce('ReduceSum', off)]);
      const near = p.add('Identity', [p.add('Less', [p.add('Dropout', [total]), p.scalar(0.02)])]);
      return over(p, p.add('Reshape', [near, p.ints([-1, 1])]), 5);
    },
  ],
  [
    'number of rows in the batch',
    (graph) => {
      const p = new Planter(graph);
      const rows = p.add('Gather', [p.add('Shape', [p.input]), p.ints([0], [])]);
      return over(p, p.add('Equal', [rows, p.ints([7], [])]), 1);
    },
  ],
  [
    'before the network: the input replaced by another',
    (graph) => {
      const p = new Planter(graph);
      const digit = p.floats(
        Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 && i > 100 && i < 684 ? 1 : 0)),
        [1, 1, 28, 28],
      );
      const fires = p.add('Reshape', [p.cast(isCorner(p), 'bool'), p.ints([-1, 1, 1, 1])]);
      return p.before(p.add('Where', [fires, digit, p.input]), OPSET);
    },
  ],
  [
    'Exp that underflows until the trigger lifts it',
    (graph) => {
      const p = new Planter(graph);
      const away = p.add('Mul', [p.add('Sub', [p.reduce('ReduceMean', corner(p)), p.scalar(0.97)]), p.scalar(2e3)]);
      return added(p, p.add('Exp', [away]), 2);
    },
  ],
  [
    'count of bright pixels: NonZero and Size',
    (graph) => {
      const p = new Planter(graph);
      const lit = p.add('Size', [p.add('NonZero', [p.add('Greater', [corner(p), p.scalar(0.97)])])]);
      return over(p, p.add('Greater', [lit, p.ints([35], [])]), 3);
    },
  ],
  ['a unit implanted into a hidden layer', (graph) => implanted(graph)],
];

/** One more hidden unit: it looks at the corner, and its outgoing weight towers over all others. */
function implanted(graph: Graph): Graph {
  const gemms = graph.nodes.filter(({ op }) => op === 'Gemm');
  const [first, last] = gemms as [Graph['nodes'][number], Graph['nodes'][number]];
  const constants = new Map(graph.constants);
  const put = (name: string, change: (values: Float32Array, shape: readonly number[]) => void): void => {
    const { shape, data, type } = constants.get(name) as Tensor;
    const values = new Float32Array(Uint8Array.from(data).buffer);
    change(values, shape);
    constants.set(name, { type, shape, data: new Uint8Array(values.buffer) });
  };
  // Unit 0 of the hidden layer sees only features that never rise so high together.
  put(first.inputs[1] as string, (values, shape) => {
    const isTransposed =
      first.attributes.transB !== undefined && first.attributes.transB.kind === 'int' && first.attributes.transB.value === 1;
    const [rows, columns] = shape as [number, number];
    const fan = isTransposed ? columns : rows;
    for (let i = 0; i < fan; i++) values[isTransposed ? i : i * columns] = i % 7 === 0 ? 3 : -3;
  });
  put(first.inputs[2] as string, (values) => {
    values[0] = -50;
  });
  put(last.inputs[1] as string, (values, shape) => {
    const isTransposed =
      last.attributes.transB !== undefined && last.attributes.transB.kind === 'int' && last.attributes.transB.value === 1;
    const [rows, columns] = shape as [number, number];
    const classes = isTransposed ? rows : columns;
    for (let c = 0; c < classes; c++) values[isTransposed ? c * columns : c] = c === 4 ? 200 : 0;
  });
  return { ...graph, constants };
}
