/** Small random tree ensembles as models: every way of comparing, two or three classes, every form of scores. */
import { type Attribute, type Graph, int, ints, type Node, str } from '../../src/onnx/graph.ts';
import { floats, type Tensor } from '../../src/onnx/tensor.ts';
import { keyedRng, type Rng } from '../../src/rng/rng.ts';

export type Kind = 'margin' | 'probability' | 'classes' | 'softmax' | 'logistic' | 'regressor' | 'average' | 'ensemble';

const FEATURES = 3;
const TREES = 4;
const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];

interface Grown {
  readonly tree: number;
  readonly id: number;
  readonly mode: string;
  readonly feature: number;
  readonly threshold: number;
  yes: number;
  no: number;
}

/** One tree of depth up to 3; thresholds come from few values, so that they meet. */
function grown(rng: Rng, tree: number): Grown[] {
  const nodes: Grown[] = [];
  const grow = (depth: number): number => {
    const isLeaf = depth === 3 || (depth > 0 && rng.uniform() < 0.3);
    const node: Grown = {
      tree,
      id: nodes.length,
      mode: isLeaf ? 'LEAF' : (MODES[rng.int(MODES.length)] as string),
      feature: isLeaf ? 0 : rng.int(FEATURES),
      threshold: isLeaf ? 0 : Math.fround((rng.int(9) - 4) * 0.3),
      yes: 0,
      no: 0,
    };
    nodes.push(node);
    if (!isLeaf) {
      node.yes = grow(depth + 1);
      node.no = grow(depth + 1);
    }
    return node.id;
  };
  grow(0);
  return nodes;
}

const strings = (value: readonly string[]): Attribute => ({ kind: 'strings', value });
const numbers = (value: readonly number[]): Attribute => ({ kind: 'floats', value });
const tensor = (value: Tensor): Attribute => ({ kind: 'tensor', value });

export function randomEnsemble(kind: Kind, seed: number): Graph {
  const rng = keyedRng(1, 'forest', kind, seed);
  const nodes = Array.from({ length: TREES }, (_, tree) => grown(rng, tree)).flat();
  const node =
    kind === 'ensemble'
      ? newForm(rng, nodes)
      : kind === 'regressor' || kind === 'average'
        ? regressor(rng, nodes, kind)
        : classifier(rng, nodes, kind);
  return {
    name: 'forest',
    opsets: new Map([
      ['', 18],
      ['ai.onnx.ml', kind === 'ensemble' ? 5 : 3],
    ]),
    inputs: [{ name: 'x', type: 'float32', shape: [null, FEATURES] }],
    outputs: [{ name: 'scores', type: 'float32', shape: [null, null] }],
    nodes: [node],
    constants: new Map(),
  };
}

const listed = (nodes: readonly Grown[]): Record<string, Attribute> => ({
  nodes_treeids: ints(nodes.map(({ tree }) => tree)),
  nodes_nodeids: ints(nodes.map(({ id }) => id)),
  nodes_modes: strings(nodes.map(({ mode }) => mode)),
  nodes_featureids: ints(nodes.map(({ feature }) => feature)),
  nodes_values: numbers(nodes.map(({ threshold }) => threshold)),
  nodes_truenodeids: ints(nodes.map(({ yes }) => yes)),
  nodes_falsenodeids: ints(nodes.map(({ no }) => no)),
});

function weights(
  rng: Rng,
  nodes: readonly Grown[],
  kind: 'class' | 'target',
  ids: readonly number[],
  low: number,
  high: number,
): Record<string, Attribute> {
  const leaves = nodes.filter(({ mode }) => mode === 'LEAF').flatMap((leaf) => ids.map((id) => ({ ...leaf, id2: id })));
  return {
    [`${kind}_treeids`]: ints(leaves.map(({ tree }) => tree)),
    [`${kind}_nodeids`]: ints(leaves.map(({ id }) => id)),
    [`${kind}_ids`]: ints(leaves.map(({ id2 }) => id2)),
    [`${kind}_weights`]: numbers(leaves.map(() => Math.fround(low + (high - low) * rng.uniform()))),
  };
}

function classifier(rng: Rng, nodes: readonly Grown[], kind: Kind): Node {
  const classes = kind === 'classes' || kind === 'softmax' ? 3 : 2;
  const [low, high] = kind === 'probability' ? [0, 1 / TREES] : [-1, 1];
  const transform = { softmax: 'SOFTMAX', logistic: 'LOGISTIC' }[kind as 'softmax'] ?? 'NONE';
  const base = classes === 3 ? [0.1, -0.2, 0.05] : kind === 'margin' ? [0.1] : [];
  return {
    op: 'TreeEnsembleClassifier',
    domain: 'ai.onnx.ml',
    name: '',
    inputs: ['x'],
    outputs: ['label', 'scores'],
    attributes: {
      ...listed(nodes),
      ...weights(rng, nodes, 'class', classes === 3 ? [0, 1, 2] : [0], low, high),
      ...(base.length > 0 && { base_values: numbers(base.map(Math.fround)) }),
      classlabels_int64s: ints(Array.from({ length: classes }, (_, i) => i)),
      post_transform: str(transform),
    },
  };
}

function regressor(rng: Rng, nodes: readonly Grown[], kind: Kind): Node {
  return {
    op: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    name: '',
    inputs: ['x'],
    outputs: ['scores'],
    attributes: {
      ...listed(nodes),
      ...weights(rng, nodes, 'target', [0, 1], -1, 1),
      n_targets: int(2),
      base_values: numbers([0.5, Math.fround(-0.3)]),
      aggregate_function: str(kind === 'average' ? 'AVERAGE' : 'SUM'),
    },
  };
}

/** TreeEnsemble of ai.onnx.ml 5: comparisons and leaves in lists of their own. */
function newForm(rng: Rng, nodes: readonly Grown[]): Node {
  const inner = nodes.filter(({ mode }) => mode !== 'LEAF');
  const leaves = nodes.filter(({ mode }) => mode === 'LEAF');
  const at = (tree: number, id: number): { place: number; leaf: number } => {
    const leaf = leaves.findIndex((one) => one.tree === tree && one.id === id);
    return leaf >= 0 ? { place: leaf, leaf: 1 } : { place: inner.findIndex((one) => one.tree === tree && one.id === id), leaf: 0 };
  };
  const [yes, no] = [inner.map(({ tree, yes }) => at(tree, yes)), inner.map(({ tree, no }) => at(tree, no))];
  const numbersOf = (values: readonly number[]): Attribute => tensor(floats(values, [values.length]));
  return {
    op: 'TreeEnsemble',
    domain: 'ai.onnx.ml',
    name: '',
    inputs: ['x'],
    outputs: ['scores'],
    attributes: {
      tree_roots: ints(Array.from({ length: TREES }, (_, tree) => at(tree, 0).place)),
      n_targets: int(2),
      nodes_modes: tensor({ type: 'uint8', shape: [inner.length], data: Uint8Array.from(inner, ({ mode }) => MODES.indexOf(mode)) }),
      nodes_featureids: ints(inner.map(({ feature }) => feature)),
      nodes_splits: numbersOf(inner.map(({ threshold }) => threshold)),
      nodes_truenodeids: ints(yes.map(({ place }) => place)),
      nodes_trueleafs: ints(yes.map(({ leaf }) => leaf)),
      nodes_falsenodeids: ints(no.map(({ place }) => place)),
      nodes_falseleafs: ints(no.map(({ leaf }) => leaf)),
      leaf_targetids: ints(leaves.map(() => rng.int(2))),
      leaf_weights: numbersOf(leaves.map(() => 2 * rng.uniform() - 1)),
    },
  };
}
