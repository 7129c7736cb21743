/** Why an operator has no lowering, for the error, `gibbon inspect` and the support page. */
import type { Node } from '../../onnx/graph.ts';
import { qualifiedName } from './qualified-name.ts';

const TEXT = 'it works on text, which has no gradient';
const RANDOM = 'what it returns is random, and differs from the random numbers of the judge';
const DETECTS = 'it cuts out regions, as detectors do';
const RAGGED = 'the shape of what it returns depends on the data';

const NEWER = 'it is newer than the runtime, which does not run it';
const TREE = 'a tree is constant between its thresholds: its decision is attacked with scores or labels';
const KERNEL = 'a kernel machine: its decision is attacked with scores or labels';
const MAP = 'it works on maps or text, which have no gradient';

/** Reasons by qualified name. */
const REASONS: Readonly<Record<string, string>> = {
  BitCast: 'it reads the bits of one type as another',
  CausalConvWithState: NEWER,
  DeformConv: 'each of its weights reads at a place of its own',
  Det: 'determinants have no rule',
  'ai.onnx.ml.CastMap': MAP,
  'ai.onnx.ml.CategoryMapper': MAP,
  'ai.onnx.ml.DictVectorizer': MAP,
  'ai.onnx.ml.LabelEncoder': MAP,
  'ai.onnx.ml.SVMClassifier': KERNEL,
  'ai.onnx.ml.SVMRegressor': KERNEL,
  'ai.onnx.ml.TreeEnsemble': TREE,
  'ai.onnx.ml.TreeEnsembleClassifier': TREE,
  'ai.onnx.ml.TreeEnsembleRegressor': TREE,
  'ai.onnx.ml.ZipMap': MAP,
  ImageDecoder: 'it decodes files',
  LinearAttention: NEWER,
  MaxRoiPool: DETECTS,
  Multinomial: RANDOM,
  NonMaxSuppression: RAGGED,
  RegexFullMatch: TEXT,
  RoiAlign: DETECTS,
  SequenceMap: 'how often it runs follows from a sequence',
  StringConcat: TEXT,
  StringNormalizer: TEXT,
  StringSplit: TEXT,
  SwiGLU: NEWER,
  TensorScatter: 'it writes into the cache of a decoder',
  TfIdfVectorizer: TEXT,
  Unique: RAGGED,
};

/** By domain, where a whole operator set is outside. */
const DOMAIN_REASONS: Readonly<Record<string, string>> = {
  'ai.onnx.ml': 'a classical model: its decision is attacked with scores or labels',
  'ai.onnx.preview.training': 'it belongs to training',
  'ai.onnx.training': 'it belongs to training',
  'com.microsoft.nchwc': 'it is laid out for one CPU: save the model with a lower level of optimisation',
  'com.microsoft': 'it is defined by one runtime only, and not in the short list of those that are read',
};

/** One clause that says why the operator has no lowering. */
export function reasonOf(node: Pick<Node, 'op' | 'domain'>): string {
  const name = qualifiedName(node);
  if (Object.hasOwn(REASONS, name)) return REASONS[name] as string;
  if (Object.hasOwn(DOMAIN_REASONS, node.domain)) return DOMAIN_REASONS[node.domain] as string;
  return node.domain === '' ? 'it has no lowering yet' : `the operators of ${node.domain} are custom, and their meaning is not in the file`;
}
