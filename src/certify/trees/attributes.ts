/** The attributes of the three tree ensembles of ai.onnx.ml, brought to one form. Scores are those that ONNX Runtime computes, its special cases included. */
import { GibbonError } from '../../base/errors.ts';
import type { Node } from '../../onnx/graph.ts';
import { intOf, stringOf } from '../../onnx/graph.ts';
import { type Tensor, view } from '../../onnx/tensor.ts';
import type { Mode, TreeNode } from './splits.ts';

export interface EnsembleParts {
  readonly roots: readonly number[];
  readonly at: (id: number) => TreeNode | undefined;
  readonly classes: number;
  readonly base: readonly number[];
  readonly transform: string;
  /** One more than the largest feature that is asked for. */
  readonly features: number;
}

function notApplicable(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', `no certificate of the trees: ${reason}`);
}

function damaged(reason: string): GibbonError {
  return new GibbonError('E_MODEL_UNREADABLE', `the model's trees cannot be read: ${reason}`, {
    hint: 'The file is damaged: export the model again.',
  });
}

function ints(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute === undefined) return [];
  if (attribute.kind !== 'ints') throw damaged(`${name} is no list of integers`);
  return attribute.value;
}

/** The float32 numbers of an attribute, or of its form as a tensor. */
function floats(node: Node, name: string): readonly number[] {
  const tensor = node.attributes[`${name}_as_tensor`] ?? node.attributes[name];
  if (tensor === undefined) return [];
  if (tensor.kind === 'floats') return tensor.value.map(Math.fround);
  if (tensor.kind !== 'tensor') throw damaged(`${name} is no list of numbers`);
  return float32s(tensor.value);
}

function float32s(tensor: Tensor): readonly number[] {
  if (tensor.type !== 'float32') throw notApplicable(`its numbers are of type ${tensor.type}`);
  return Array.from(view(tensor) as Float32Array);
}

const MODES: readonly Mode[] = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
const isMode = (mode: string | undefined): mode is Mode => (MODES as readonly (string | undefined)[]).includes(mode);

/** Nodes by their place in the lists, and what they add to which scores; `weights` is empty for comparisons. */
interface Lists {
  readonly modes: readonly string[];
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  readonly yes: readonly number[];
  readonly no: readonly number[];
}

/** The nodes of ai.onnx.ml 1 to 4 stand in lists, and are found by the numbers of tree and node. */
function listed(node: Node): { lists: Lists; roots: number[]; placeOf: (tree: number, id: number) => number } {
  const [trees, ids] = [ints(node, 'nodes_treeids'), ints(node, 'nodes_nodeids')];
  const places = new Map(trees.map((tree, i) => [`${tree} ${ids[i]}`, i]));
  const placeOf = (tree: number, id: number): number => places.get(`${tree} ${id}`) ?? -1;
  const modes = node.attributes.nodes_modes?.kind === 'strings' ? node.attributes.nodes_modes.value : [];
  const children = (name: string): number[] =>
    ints(node, name).map((id, i) => (modes[i] === 'LEAF' ? -1 : placeOf(trees[i] as number, id)));
  const lists = {
    modes,
    features: ints(node, 'nodes_featureids'),
    thresholds: floats(node, 'nodes_values'),
    yes: children('nodes_truenodeids'),
    no: children('nodes_falsenodeids'),
  };
  if (places.size !== trees.length || modes.length !== trees.length || trees.length === 0) throw damaged('its lists do not fit each other');
  const inner = new Set([...lists.yes, ...lists.no]);
  const roots = trees.flatMap((_, i) => (inner.has(i) ? [] : [i]));
  if (roots.length !== new Set(trees).size) throw damaged('a tree has no root, or several');
  return { lists, roots, placeOf };
}

/** Comparisons as they are listed; leaves from what is added to each score there. */
function nodesOf(
  { modes, features, thresholds, yes, no }: Lists,
  added: ReadonlyMap<number, readonly number[]>,
  classes: number,
): EnsembleParts['at'] {
  const nothing = Array<number>(classes).fill(0);
  return (id) => {
    const mode = modes[id];
    if (mode === undefined) return undefined;
    if (mode === 'LEAF') return { values: added.get(id) ?? nothing };
    if (!isMode(mode)) throw notApplicable(`it compares by ${mode}`);
    const threshold = thresholds[id];
    if (threshold === undefined || Number.isNaN(threshold)) throw damaged('a comparison has no number');
    return { mode, feature: features[id] ?? -1, threshold, yes: yes[id] ?? -1, no: no[id] ?? -1 };
  };
}

function mostFeatures({ modes, features }: Lists): number {
  const asked = features.filter((_, i) => modes[i] !== 'LEAF');
  if (asked.some((feature) => feature < 0)) throw damaged('a feature has a negative number');
  return asked.reduce((most, feature) => Math.max(most, feature + 1), 0);
}

/** Weights by leaf: those of `<kind>_treeids`, `_nodeids`, `_ids` and `_weights`. */
function weightsOf(
  node: Node,
  kind: 'class' | 'target',
  classes: number,
  placeOf: (tree: number, id: number) => number,
): Map<number, number[]> {
  const [trees, nodes, ids, weights] = [
    ints(node, `${kind}_treeids`),
    ints(node, `${kind}_nodeids`),
    ints(node, `${kind}_ids`),
    floats(node, `${kind}_weights`),
  ];
  const added = new Map<number, number[]>();
  for (const [i, weight] of weights.entries()) {
    const [place, id] = [placeOf(trees[i] ?? -1, nodes[i] ?? -1), ids[i] ?? -1];
    if (place < 0 || id < 0 || id >= classes || !Number.isFinite(weight)) throw damaged('a weight belongs to no leaf or class');
    const values = added.get(place) ?? Array<number>(classes).fill(0);
    added.set(place, values);
    values[id] = (values[id] as number) + weight;
  }
  return added;
}

const ORDERED = ['NONE', 'LOGISTIC', 'SOFTMAX'];

export function classifierParts(node: Node): EnsembleParts {
  const labels = [node.attributes.classlabels_int64s, node.attributes.classlabels_strings].find((one) => Array.isArray(one?.value));
  const classes = Array.isArray(labels?.value) ? labels.value.length : 0;
  if (classes < 2) throw notApplicable('it has fewer than two classes');
  const transform = stringOf(node, 'post_transform', 'NONE');
  // Behind a logistic function of each class on its own, scores of different size may come out as 1 both.
  if (!ORDERED.includes(transform) || (transform === 'LOGISTIC' && classes > 2)) throw notApplicable(`its scores go through ${transform}`);
  const { lists, roots, placeOf } = listed(node);
  const base = floats(node, 'base_values');
  const added = weightsOf(node, 'class', classes, placeOf);
  const used = new Set(ints(node, 'class_ids'));
  const parts = { roots, classes, transform, features: mostFeatures(lists) };
  if (classes > 2 || (used.size > 1 && base.length === 0)) {
    if (base.length !== 0 && base.length !== classes) throw damaged(`${base.length} base values for ${classes} classes`);
    return { ...parts, base: base.length === 0 ? Array<number>(classes).fill(0) : base, at: nodesOf(lists, added, classes) };
  }
  if (used.size > 1 || base.length > 1) throw notApplicable('its two classes have base values, which the standard leaves open');
  const score = new Map([...added].map(([place, values]) => [place, [0, values[used.has(1) ? 1 : 0] as number]] as const));
  // Where no weight is negative, the runtime takes the score for a probability p and gives (1 − p, p); otherwise for a margin s, and gives (−s, s).
  const isProbability = floats(node, 'class_weights').every((weight) => weight >= 0);
  return { ...parts, base: [isProbability ? 0.5 : 0, base[0] ?? 0], at: nodesOf(lists, score, 2) };
}

export function regressorParts(node: Node): EnsembleParts {
  const classes = intOf(node, 'n_targets', 1);
  const { lists, roots, placeOf } = listed(node);
  const base = floats(node, 'base_values');
  if (base.length !== 0 && base.length !== classes) throw damaged(`${base.length} base values for ${classes} targets`);
  const added = weightsOf(node, 'target', classes, placeOf);
  return regression({
    roots,
    classes,
    base: base.length === 0 ? Array<number>(classes).fill(0) : base,
    features: mostFeatures(lists),
    lists,
    added,
    aggregate: stringOf(node, 'aggregate_function', 'SUM'),
    transform: stringOf(node, 'post_transform', 'NONE'),
  });
}

interface Regression extends Omit<EnsembleParts, 'at'> {
  readonly lists: Lists;
  readonly added: ReadonlyMap<number, readonly number[]>;
  readonly aggregate: string;
}

function regression({ lists, added, aggregate, ...parts }: Regression): EnsembleParts {
  if (parts.transform !== 'NONE') throw notApplicable(`its scores go through ${parts.transform}`);
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') throw notApplicable(`it takes the ${aggregate} of its trees`);
  const share = aggregate === 'AVERAGE' ? 1 / parts.roots.length : 1;
  const shared = new Map([...added].map(([place, values]) => [place, values.map((value) => value * share)]));
  return { ...parts, at: nodesOf(lists, shared, parts.classes) };
}

/** TreeEnsemble of ai.onnx.ml 5: leaves stand in lists of their own, each with one target. */
export function ensembleParts(node: Node): EnsembleParts {
  const codes = tensorIn(node, 'nodes_modes');
  const [yes, no] = [ints(node, 'nodes_truenodeids'), ints(node, 'nodes_falsenodeids')];
  const [yesLeaf, noLeaf] = [ints(node, 'nodes_trueleafs'), ints(node, 'nodes_falseleafs')];
  const count = codes.length;
  const classes = intOf(node, 'n_targets', 1);
  // Leaves come behind the comparisons.
  const places = (ids: readonly number[], leaf: readonly number[]): number[] => ids.map((id, i) => (leaf[i] === 1 ? count + id : id));
  const [targets, weights] = [ints(node, 'leaf_targetids'), tensorIn(node, 'leaf_weights')];
  const lists: Lists = {
    modes: [...codes.map((code) => MODES[code] ?? 'BRANCH_MEMBER'), ...targets.map(() => 'LEAF')],
    features: ints(node, 'nodes_featureids'),
    thresholds: tensorIn(node, 'nodes_splits'),
    yes: places(yes, yesLeaf),
    no: places(no, noLeaf),
  };
  const added = new Map(
    targets.map(
      (target, i) => [count + i, Array.from({ length: classes }, (_, k) => (k === target ? (weights[i] ?? Number.NaN) : 0))] as const,
    ),
  );
  if ([...added.values()].some((values) => !values.every(Number.isFinite)) || yes.length !== count || no.length !== count)
    throw damaged('its lists do not fit each other');
  return regression({
    roots: ints(node, 'tree_roots'),
    classes,
    base: Array<number>(classes).fill(0),
    features: mostFeatures(lists),
    lists,
    added,
    aggregate: ['AVERAGE', 'SUM', 'MIN', 'MAX'][intOf(node, 'aggregate_function', 1)] ?? 'unknown',
    transform: ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'][intOf(node, 'post_transform', 0)] ?? 'unknown',
  });
}

function tensorIn(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute?.kind !== 'tensor') throw damaged(`${name} is missing`);
  if (attribute.value.type === 'uint8') return Array.from(view(attribute.value) as Uint8Array);
  return float32s(attribute.value);
}
