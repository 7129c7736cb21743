/** Models one after the other as one model: preprocessing, network and postprocessing that were exported apart are one target. */
import { GibbonError } from '../base/errors.ts';
import type { Attribute, Graph, Node, Port } from '../onnx/graph.ts';
import { definedIn, graphsOf } from '../onnx/scopes.ts';

export interface Stage {
  /** As people know it, for errors. */
  readonly name: string;
  readonly graph: Graph;
}

/**
 * Each stage but the last has one output, which the next one's only input is fed with. Inputs keep the names of the first stage and outputs those of the last,
 * unless the one is called like the other; what else has the same name is renamed in the earlier stage. Of what the files say beside their graphs, all is kept that belongs to the model as a whole.
 * @throws GibbonError E_USAGE where two stages do not fit
 */
export function composed(stages: readonly Stage[]): Graph {
  const [first, ...rest] = stages;
  if (!first || rest.length === 0)
    throw new GibbonError('E_USAGE', 'nothing to put together', {
      hint: 'Give two models or more, in the order in which data passes them.',
    });
  return rest.reduce((before, stage) => ({ name: `${before.name}, ${stage.name}`, graph: joined(before, stage) }), first).graph;
}

function joined(before: Stage, after: Stage): Graph {
  const [output, ...others] = before.graph.outputs;
  const [input, ...more] = after.graph.inputs;
  if (!output || others.length > 0) refuse(before, after, `${before.name} has ${before.graph.outputs.length} outputs, not one`);
  if (!input || more.length > 0) refuse(before, after, `${after.name} has ${after.graph.inputs.length} inputs, not one`);
  assertSameOpsets(before, after);
  assertFits(before, after, output, input);
  // What comes out of the last stage keeps its name, and so do the inputs of the first: an earlier value of that name gets another one.
  const [own, later] = [namesIn(before.graph), namesIn(after.graph)];
  const taken = new Set([...own, ...later]);
  const [inputs, clashing] = [new Set(before.graph.inputs.map(({ name }) => name)), own.filter((name) => later.includes(name))];
  const earlier = renaming(
    clashing.filter((name) => !inputs.has(name)),
    taken,
  );
  const first = renamed(before.graph, earlier);
  const joint = first.outputs[0]?.name as string;
  const rename = renaming(
    clashing.filter((name) => inputs.has(name) && name !== input.name),
    taken,
  );
  const { nodes, constants, outputs } = renamed(after.graph, (name) => (name === input.name ? joint : rename(name)));
  const nodeNames = new Set(first.nodes.map(({ name }) => name));
  const { keptOfModel: kept } = before.graph;
  const both = [kept, after.graph.keptOfModel].filter((one) => one !== undefined);
  return {
    name: after.graph.name,
    opsets: new Map([...before.graph.opsets, ...after.graph.opsets]),
    inputs: first.inputs,
    outputs,
    // Names of nodes have to differ as well; one without a name is fine.
    nodes: [...first.nodes, ...nodes.map((node) => (nodeNames.has(node.name) ? { ...node, name: '' } : node))],
    constants: new Map([...first.constants, ...constants]),
    // Protobuf messages in a row are one message with all their contents.
    ...(both.length > 0 && { keptOfModel: Uint8Array.from(both.flatMap((bytes) => [...bytes])) }),
  };
}

function refuse(before: Stage, after: Stage, why: string): never {
  throw new GibbonError('E_USAGE', `${after.name} does not follow ${before.name}: ${why}`, {
    hint: 'What comes out of a model has to be what the next one takes: one tensor of that type and shape.',
  });
}

function assertSameOpsets(before: Stage, after: Stage): void {
  for (const [domain, version] of after.graph.opsets) {
    const other = before.graph.opsets.get(domain);
    if (other === undefined || other === version) continue;
    throw new GibbonError('E_USAGE', `${before.name} is of opset ${other}, ${after.name} of opset ${version}`, {
      hint: 'A model has one. Export both with the same (PyTorch: opset_version=…), or convert one (onnx.version_converter).',
    });
  }
}

function assertFits(before: Stage, after: Stage, output: Port, input: Port): void {
  if (output.type !== input.type) refuse(before, after, `it gives ${output.type}, and ${input.type} is wanted`);
  const [given, wanted] = [output.shape, input.shape];
  if (!given || !wanted) return;
  const clash = given.length !== wanted.length || given.some((dim, i) => isNumber(dim) && isNumber(wanted[i]) && dim !== wanted[i]);
  if (clash) refuse(before, after, `it gives [${given.join(', ')}], and [${wanted.join(', ')}] is wanted`);
}

const isNumber = (dim: unknown): dim is number => typeof dim === 'number';

/** All names that a graph and those inside it define. */
const namesIn = (graph: Graph): string[] => [...definedIn(graph), ...graph.nodes.flatMap(graphsOf).flatMap(namesIn)];

/** These names with numbers behind them that make them free. */
function renaming(names: readonly string[], taken: Set<string>): Rename {
  const given = new Map(
    names.map((name): [string, string] => {
      let count = 2;
      while (taken.has(`${name}_${count}`)) count++;
      taken.add(`${name}_${count}`);
      return [name, `${name}_${count}`];
    }),
  );
  return (name) => given.get(name) ?? name;
}

type Rename = (name: string) => string;

function renamed(graph: Graph, rename: Rename): Graph {
  const port = (one: Port): Port => ({ ...one, name: rename(one.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(port),
    outputs: graph.outputs.map(port),
    nodes: graph.nodes.map((node) => renamedNode(node, rename)),
    constants: new Map([...graph.constants].map(([name, tensor]) => [rename(name), tensor])),
  };
}

function renamedNode(node: Node, rename: Rename): Node {
  const names = (all: readonly string[]): string[] => all.map((name) => (name === '' ? '' : rename(name)));
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.kind === 'graph') return [name, { ...attribute, value: renamed(attribute.value, rename) }];
      if (attribute.kind === 'graphs') return [name, { ...attribute, value: attribute.value.map((one) => renamed(one, rename)) }];
      return [name, attribute];
    }),
  );
  return { ...node, inputs: names(node.inputs), outputs: names(node.outputs), attributes };
}
