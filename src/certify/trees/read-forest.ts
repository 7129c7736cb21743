/** The tree ensemble of a model: TreeEnsembleClassifier, TreeEnsembleRegressor, and TreeEnsemble of ai.onnx.ml 5, alone between input and scores. */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { view } from '../../onnx/tensor.ts';
import { headOf } from '../../task/logits.ts';
import { classifierParts, type EnsembleParts, ensembleParts, regressorParts } from './attributes.ts';
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

/**
 * @throws GibbonError E_NOT_APPLICABLE for models that are no tree ensemble of one float32 input, with the reason; E_MODEL_UNREADABLE for damaged trees
 */
export function readForest(model: Graph): Forest {
  const node = ensembleOf(model);
  const { roots, at, classes, base, transform, features: used } = (PARTS[node.op] as (node: Node) => EnsembleParts)(node);
  const features = featuresOf(model, node);
  if (used > features) {
    throw new GibbonError('E_MODEL_UNREADABLE', `a tree of the model asks for feature ${used - 1}, and its input has ${features}`, {
      hint: 'The file is damaged: export the model again.',
    });
  }
  const trees = roots.map((root) => leavesOf(root, at));
  const slack = Array.from({ length: classes }, (_, k) => {
    const largest = trees.map((leaves) => leaves.reduce((most, { values }) => Math.max(most, Math.abs(values[k] as number)), 0));
    // Every order of adding n numbers is wrong by at most (n − 1)·u/(1 − (n − 1)·u)·Σ|value| (Higham, Accuracy and Stability, section 4.2).
    const additions = (trees.length + 1) * UNIT;
    const size = largest.reduce((sum, one) => sum + one, Math.abs(base[k] as number));
    return (additions / (1 - additions)) * size + UNIT + (transform === 'NONE' ? 0 : TRANSFORMED / 2);
  });
  return { features, base, trees, slack };
}

function notApplicable(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', `no certificate of the trees: ${reason}`, {
    hint: 'Certificates of trees are for one tree ensemble between a float32 input and the scores; export the ensemble without the steps around it.',
  });
}

/** Operators behind the ensemble that keep the order of its scores. */
const KEEPS_ORDER = new Set(['Identity', 'Cast', 'Mul', 'ZipMap']);

function ensembleOf(model: Graph): Node {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let name = headOf(model).output;
  for (let steps = 0; steps <= model.nodes.length; steps++) {
    const node = makers.get(name);
    if (!node) break;
    if (node.domain === 'ai.onnx.ml' && node.op in PARTS) {
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

/** The number of features of the model's input, which the ensemble reads as it is. */
function featuresOf(model: Graph, node: Node): number {
  const makers = new Map(model.nodes.flatMap((one) => one.outputs.map((name) => [name, one] as const)));
  let name = node.inputs[0] ?? '';
  for (let maker = makers.get(name); maker?.op === 'Identity'; maker = makers.get(name)) name = maker.inputs[0] ?? '';
  const port = model.inputs.find((input) => input.name === name);
  if (!port || model.inputs.length > 1)
    throw notApplicable(`${makers.get(name)?.op ?? 'another input'} stands between the input and the trees`);
  if (port.type !== 'float32') throw notApplicable(`its input is of type ${port.type}`);
  const features = port.shape?.[1];
  if (port.shape?.length !== 2 || typeof features !== 'number') throw notApplicable('its input does not say how many features it has');
  return features;
}
