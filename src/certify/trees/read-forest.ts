/** The tree ensemble of a model: TreeEnsembleClassifier, TreeEnsembleRegressor, and TreeEnsemble of ai.onnx.ml 5, alone between input and scores. */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { view } from '../../onnx/tensor.ts';
import { headOf } from '../../task/logits.ts';
import { classifierParts, type EnsembleParts, ensembleParts, regressorParts } from './attributes.ts';
import { type Column, columnsBefore } from './columns.ts';
import type { Forest } from './forest.ts';
import { leavesOf } from './splits.ts';

const PARTS: Readonly<Record<string, (node: Node) => EnsembleParts>> = {
  TreeEnsembleClassifier: classifierParts,
  TreeEnsembleRegressor: regressorParts,
  TreeEnsemble: ensembleParts,
};

/** Rounding of a float32 sum. */
const UNIT = 2 ** -24;
/** Probabilities are rounded to float32: scores that differ by less may come out equal behind a softmax or a logistic function. */
const TRANSFORMED = 1e-5;

/** The trees of a model, in terms of the columns that they see. */
export interface ReadForest {
  readonly forest: Forest;
  /** Where each of its features comes from. */
  readonly columns: readonly Column[];
  /** The value that the trees take. */
  readonly input: string;
}

/**
 * @param widths how many columns each input takes, where the file does not say so
 * @throws GibbonError E_NOT_APPLICABLE for models that are no tree ensemble behind steps of single columns, with the reason; E_MODEL_UNREADABLE for
 *   damaged trees
 */
export function readForest(model: Graph, widths: ReadonlyMap<string, number> = new Map()): ReadForest {
  const head = headOf(model);
  const node = ensembleOf(model, head.logits);
  const { roots, at, classes, base, transform, features: used } = (PARTS[node.op] as (node: Node) => EnsembleParts)(node);
  const input = node.inputs[0] ?? '';
  const columns = columnsBefore(model, input, widths);
  if (used > columns.length) {
    throw new GibbonError('E_MODEL_UNREADABLE', `a tree of the model asks for feature ${used - 1}, and there are ${columns.length}`, {
      hint: 'The file is damaged: export the model again.',
    });
  }
  const trees = roots.map((root) => leavesOf(root, at));
  if (head.kind === 'sigmoid' && classes > 1) throw notApplicable('its scores go through a sigmoid each, and may saturate');
  const isBlurred = transform !== 'NONE' || head.logits !== head.output;
  const slack = Array.from({ length: classes }, (_, k) => {
    const largest = trees.map((leaves) => leaves.reduce((most, { values }) => Math.max(most, Math.abs(values[k] as number)), 0));
    // Every order of adding n numbers is wrong by at most (n − 1)·u/(1 − (n − 1)·u)·Σ|value| (Higham, Accuracy and Stability, section 4.2).
    const additions = (trees.length + 1) * UNIT;
    const size = largest.reduce((sum, one) => sum + one, Math.abs(base[k] as number));
    return (additions / (1 - additions)) * size + UNIT + (isBlurred ? TRANSFORMED / 2 : 0);
  });
  return { forest: { features: columns.length, base, trees, slack }, columns, input };
}

/** Does the model compute its scores with trees? */
export const hasTrees = ({ nodes }: Graph): boolean => nodes.some(isEnsemble);

const isEnsemble = ({ domain, op }: Node): boolean => domain === 'ai.onnx.ml' && op in PARTS;

function notApplicable(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', `no certificate of the trees: ${reason}`, {
    hint: 'Certificates of trees are for one tree ensemble whose sums are the scores; export it without the steps behind it.',
  });
}

/** Operators behind the ensemble that keep the order of its scores. */
const KEEPS_ORDER = new Set(['Identity', 'Cast', 'Mul', 'ZipMap']);

function ensembleOf(model: Graph, scores: string): Node {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let name = scores;
  for (let steps = 0; steps <= model.nodes.length; steps++) {
    const node = makers.get(name);
    if (!node) break;
    if (isEnsemble(node)) {
      if (node.op === 'TreeEnsembleClassifier' && node.outputs[1] !== name) throw notApplicable('its output is no score');
      return node;
    }
    if (!KEEPS_ORDER.has(node.op) || !keepsOrder(model, node)) throw notApplicable(`${node.op} stands behind the scores`);
    name = node.inputs[0] ?? '';
  }
  throw notApplicable('the model has none before its scores');
}

/** A factor keeps the order where it is one positive number. */
function keepsOrder(model: Graph, node: Node): boolean {
  if (node.op === 'Cast') return node.attributes.to?.value === 1 || node.attributes.to?.value === 11;
  if (node.op !== 'Mul') return true;
  const factor = model.constants.get(node.inputs[1] ?? '');
  if (factor?.type !== 'float32') return false;
  const values = view(factor) as Float32Array;
  return values.length > 0 && values.every((one) => one === values[0] && one > 0);
}
