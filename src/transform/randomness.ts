/** Nodes whose output is drawn anew in every run, so that the same input may be answered otherwise: random layers, and dropout that is still training. */
import { GibbonError } from '../base/errors.ts';
import { type Graph, intOf, type Node } from '../onnx/graph.ts';
import { graphsOf, usedBy } from '../onnx/scopes.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import type { Evaluate } from './evaluate.ts';
import { pruned } from './prune.ts';
import { specialise } from './specialise.ts';

const RANDOM: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);
const DROPOUT: ReadonlySet<string> = new Set(['Dropout', 'BiasDropout', 'BitmaskDropout', 'BitmaskBiasDropout']);

/**
 * The random nodes behind the model's outputs, those of branches and loop bodies included. What constants decide is computed: dropout whose training flag
 * comes out false, and a branch that is never taken, draw nothing.
 */
export async function randomNodes(model: Graph, evaluate: Evaluate): Promise<Node[]> {
  const graph = pruned(model);
  const truth = (name: string, scope: Scope): Promise<boolean | undefined> => constantTruth(name, scope, { model, evaluate });
  return inside(graph.nodes, within(NOWHERE, graph), truth);
}

/** What is known of the values that a node can read: constants, and the nodes that make the others. */
interface Scope {
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly makers: ReadonlyMap<string, Node>;
}

const NOWHERE: Scope = { constants: new Map(), makers: new Map() };

/** The scope of a graph inside another: its own inputs hide what has their name outside. */
function within({ constants, makers }: Scope, graph: Pick<Graph, 'inputs' | 'constants' | 'nodes'>): Scope {
  const hidden = new Set(graph.inputs.map(({ name }) => name));
  const open = <T>(all: ReadonlyMap<string, T>): [string, T][] => [...all].filter(([name]) => !hidden.has(name));
  const made = graph.nodes.flatMap((node) => node.outputs.map((name): [string, Node] => [name, node]));
  return { constants: new Map([...open(constants), ...graph.constants]), makers: new Map([...open(makers), ...made]) };
}

/** What a value that stands for true or false is; undefined where the data decides. */
type Truth = (name: string, scope: Scope) => Promise<boolean | undefined>;

async function inside(nodes: readonly Node[], scope: Scope, truth: Truth): Promise<Node[]> {
  const found: Node[] = [];
  for (const node of nodes) {
    if (await isRandom(node, scope, truth)) found.push(node);
    for (const body of await bodiesOf(node, scope, truth)) found.push(...(await inside(body.nodes, within(scope, body), truth)));
  }
  return found;
}

/** The graphs inside a node that may run. */
async function bodiesOf(node: Node, scope: Scope, truth: Truth): Promise<readonly Graph[]> {
  const bodies = graphsOf(node);
  if (node.op !== 'If' || node.domain !== '' || bodies.length === 0) return bodies;
  const taken = await truth(node.inputs[0] as string, scope);
  const never = taken === undefined ? undefined : node.attributes[taken ? 'else_branch' : 'then_branch'];
  return never?.kind === 'graph' ? bodies.filter((body) => body !== never.value) : bodies;
}

async function isRandom(node: Node, scope: Scope, truth: Truth): Promise<boolean> {
  if (RANDOM.has(node.op) && node.domain === '') return true;
  if (!DROPOUT.has(node.op)) return false;
  // The training flag is the third input of Dropout, the fifth of its fused forms; before opset 12 there is none.
  const flag = node.inputs[node.op === 'Dropout' || node.op === 'BitmaskDropout' ? 2 : 4];
  if (flag === undefined || flag === '') return intOf(node, 'training_mode', 0) === 1;
  return (await truth(flag, scope)) !== false;
}

interface Whole {
  readonly model: Graph;
  readonly evaluate: Evaluate;
}

async function constantTruth(name: string, scope: Scope, { model, evaluate }: Whole): Promise<boolean | undefined> {
  const known = scope.constants.get(name);
  if (known) return numbers(known)[0] === 1;
  const graph = behind(name, scope, model);
  if (!graph) return undefined;
  try {
    const made = await evaluate(await specialise(graph, {}, evaluate));
    const [tensor] = [...made.values()];
    return tensor && numbers(tensor)[0] === 1;
  } catch (thrown) {
    // What cannot be lowered or computed is not known.
    if (thrown instanceof GibbonError) return undefined;
    throw thrown;
  }
}

/** The graph of a value that follows from constants alone; undefined where it does not. */
function behind(name: string, { constants, makers }: Scope, model: Graph): Graph | undefined {
  const nodes = new Set<Node>();
  const reached = new Set<string>();
  /** Makers come before those who read them. @returns false where a value has none */
  const reach = (wanted: string): boolean => {
    if (reached.has(wanted) || constants.has(wanted)) return true;
    reached.add(wanted);
    const maker = makers.get(wanted);
    if (!maker || RANDOM.has(maker.op) || DROPOUT.has(maker.op) || !usedBy(maker).every(reach)) return false;
    nodes.add(maker);
    return true;
  };
  if (!reach(name)) return undefined;
  return { name: 'flag', opsets: model.opsets, inputs: [], outputs: [{ name, type: 'bool', shape: null }], nodes: [...nodes], constants };
}
