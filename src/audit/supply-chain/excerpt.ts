/** The part of a graph that a suspicious value stands in, for people: what makes it, and what it acts on. */
import type { Attribute, Graph, Node } from '../../onnx/graph.ts';
import { usedBy } from '../../onnx/scopes.ts';
import { sizeOf, type Tensor, view, widened } from '../../onnx/tensor.ts';
import type { DetailOf } from '../details.ts';
import type { Flow } from './flow.ts';

type Shown = DetailOf<'graph'>['nodes'][number];

/** Nodes shown on each side. */
const BEFORE = 14;
const AFTER = 8;

/** Nodes behind and before the value; those that serve nothing but it are marked, and so is what it first meets. */
export function excerptOf(graph: Graph, flow: Flow, name: string): Shown[] {
  const back = nearest(
    name,
    BEFORE,
    (value) => flow.makers.get(value),
    (node) => usedBy(node),
  );
  const ahead = new Set<Node>();
  for (const node of flow.users.get(name) ?? []) ahead.add(node);
  for (const node of ahead) {
    if (ahead.size >= AFTER) break;
    for (const output of node.outputs) for (const user of flow.users.get(output) ?? []) if (ahead.size < AFTER) ahead.add(user);
  }
  const serving = servingOnly(back, flow, name);
  const met = reached(name, flow);
  const all = graph.nodes.filter((node) => back.has(node) || ahead.has(node));
  return all.map((node) => ({
    name: short(node.name),
    type: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    inputs: node.inputs.map(short),
    outputs: node.outputs.map(short),
    ...attributesOf(node, graph),
    suspicious: serving.has(node) || met.has(node),
  }));
}

function nearest(
  name: string,
  most: number,
  makerOf: (value: string) => Node | undefined,
  inputs: (node: Node) => readonly string[],
): Set<Node> {
  const found = new Set<Node>();
  const first = makerOf(name);
  if (first) found.add(first);
  for (const node of found) {
    for (const input of inputs(node)) {
      const maker = makerOf(input);
      if (maker && found.size < most) found.add(maker);
    }
  }
  return found;
}

/** Nodes of which every result is read only on the way to the value. */
function servingOnly(nodes: ReadonlySet<Node>, { users, makers }: Flow, name: string): Set<Node> {
  const serving = new Set<Node>();
  for (const node of nodes) {
    const isMaker = makers.get(name) === node;
    if (isMaker || node.outputs.every((output) => (users.get(output) ?? []).every((user) => serving.has(user)))) serving.add(node);
  }
  return serving;
}

/** Nodes that pass the value on, up to those in which it meets something else that depends on the input. */
function reached(name: string, { users, sources }: Flow): Set<Node> {
  const met = new Set<Node>();
  const passed = new Set([name]);
  for (const value of passed) {
    for (const node of users.get(value) ?? []) {
      met.add(node);
      const isAlone = usedBy(node).every((input) => passed.has(input) || !sources.has(input));
      if (isAlone) for (const output of node.outputs) passed.add(output);
    }
  }
  return met;
}

const LONGEST = 60;
const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const WORDS = 160;

/** Attributes, and what small constants hold. */
function attributesOf(node: Node, { constants }: Graph): { attributes?: string } {
  const own = Object.entries(node.attributes).map(([key, value]) => `${key} = ${attributeText(value)}`);
  const fixed = node.inputs.flatMap((name) => {
    const tensor = constants.get(name);
    return tensor && sizeOf(tensor.shape) <= 16 ? [`${short(name)} = ${tensorText(tensor)}`] : [];
  });
  const text = [...own, ...fixed].join(', ');
  return text === '' ? {} : { attributes: text.length > WORDS ? `${text.slice(0, WORDS - 1)}…` : text };
}

function attributeText(attribute: Attribute): string {
  if (attribute.kind === 'tensor') return tensorText(attribute.value);
  if (attribute.kind === 'graph' || attribute.kind === 'graphs') return 'a graph';
  return attribute.kind === 'other' || attribute.kind === 'tensors' ? attribute.kind : String(attribute.value);
}

function tensorText(tensor: Tensor): string {
  if (tensor.strings) return JSON.stringify(tensor.strings.slice(0, 4));
  const values = Array.from(view(widened(tensor)) as ArrayLike<number | bigint>, (value) => Number(Number(value).toPrecision(4)));
  return values.length === 1 ? String(values[0]) : `[${values.slice(0, 9).join(', ')}${values.length > 9 ? ', …' : ''}]`;
}

const DEEPEST = 7;
const ARGUMENTS = 4;

/** The value as an expression over the inputs, e.g. "Greater(ReduceMean(image), 0.93)". */
export function expressionOf(graph: Graph, { makers, sources }: Flow, name: string, depth = DEEPEST): string {
  const tensor = graph.constants.get(name);
  if (tensor) return sizeOf(tensor.shape) <= 4 ? tensorText(tensor) : 'constants';
  const node = makers.get(name);
  if (!node || depth === 0) return node ? '…' : short(name);
  const inputs = node.inputs.filter((input) => input !== '' && (sources.has(input) || graph.constants.has(input) || depth > DEEPEST - 2));
  const shown = inputs.slice(0, ARGUMENTS);
  const more = inputs.length > shown.length ? ', …' : '';
  const text = `${node.op}(${shown.map((input) => expressionOf(graph, { makers, sources } as Flow, input, depth - 1)).join(', ')}${more})`;
  return text.length > WORDS ? `${node.op}(…)` : text;
}
