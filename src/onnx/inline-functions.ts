/** Replaces calls of functions that a model defines itself by their bodies (ONNX IR specification, "Functions"). */
import { create } from '@bufbuild/protobuf';
import { GibbonError } from '../base/errors.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js';

/** Nodes, names and attributes that all bodies together may come to: functions that call each other twice double each time. */
const MOST = 1_000_000;
/** Calls within calls. */
const DEEPEST = 100;

export interface Inlined {
  readonly graph: GraphProto;
  readonly opsets: ReadonlyMap<string, number>;
  /** Functions that are still called, since they are written for another version of an operator set than the model. */
  readonly left: readonly FunctionProto[];
}

/** '' and "ai.onnx" name the same operators. */
export const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/** @throws GibbonError E_MODEL_UNREADABLE when functions call themselves, E_MODEL_UNSUPPORTED when they grow without measure */
export function inlineFunctions(model: ModelProto & { graph: GraphProto }): Inlined {
  const opsets = new Map(model.opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]));
  if (model.functions.length === 0) return { graph: model.graph, opsets, left: [] };
  const inliner = new Inliner(model.functions, opsets, unusedMark(model));
  const graph = inliner.graph(model.graph, []);
  return { graph, opsets, left: inliner.skipped ? model.functions : [] };
}

/** A beginning that no name of the model has. */
function unusedMark({ graph, functions }: ModelProto): string {
  const named = (nodes: readonly NodeProto[]): string[] =>
    nodes.flatMap(({ input, output, attribute }) => [
      ...input,
      ...output,
      ...attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs].flatMap((inner) => named(inner.node))),
    ]);
  const inputs = [...(graph?.input ?? []), ...(graph?.initializer ?? [])].map(({ name }) => name);
  const names = [...inputs, ...named([...(graph?.node ?? []), ...functions.flatMap(({ node }) => node)])];
  let mark = 'call';
  while (names.some((name) => name.startsWith(mark))) mark += '_';
  return mark;
}

const keyOf = (of: { readonly domain: string; readonly overload: string }, name: string): string =>
  JSON.stringify([domainOf(of.domain), name, of.overload]);

/** How a body's names and attributes become the caller's. */
interface Call {
  readonly rename: (name: string) => string;
  readonly attributes: ReadonlyMap<string, AttributeProto>;
}

function assertDescends(path: readonly string[], key: string, { domain, opType }: NodeProto): void {
  if (path.includes(key)) {
    throw new GibbonError('E_MODEL_UNREADABLE', `function ${domain}.${opType} calls itself`, {
      hint: 'A function of a model may only call others: the file is damaged, or made to do harm.',
    });
  }
  if (path.length < DEEPEST) return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's own functions call each other more than ${DEEPEST} deep`, {
    hint: 'Export the model with functions inlined.',
  });
}

class Inliner {
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #opsets: Map<string, number>;
  readonly #mark: string;
  #calls = 0;
  #spent = 0;
  skipped = false;

  constructor(functions: readonly FunctionProto[], opsets: Map<string, number>, mark: string) {
    this.#functions = new Map(functions.map((one) => [keyOf(one, one.name), one]));
    this.#opsets = opsets;
    this.#mark = mark;
  }

  graph(graph: GraphProto, path: readonly string[]): GraphProto {
    return Object.assign(create(GraphProtoSchema), graph, { node: graph.node.flatMap((node) => this.#node(node, path)) });
  }

  #node(node: NodeProto, path: readonly string[]): NodeProto[] {
    const key = keyOf(node, node.opType);
    const called = this.#functions.get(key);
    if (called && this.#fits(called)) {
      assertDescends(path, key, node);
      const inner = [...path, key];
      return this.#body(called, node).flatMap((one) => this.#node(one, inner));
    }
    if (called) this.skipped = true;
    if (!node.attribute.some(({ g, graphs }) => g || graphs.length > 0)) return [node];
    const attribute = node.attribute.map((a) =>
      a.g || a.graphs.length > 0
        ? Object.assign(create(AttributeProtoSchema), a, a.g && { g: this.graph(a.g, path) }, {
            graphs: a.graphs.map((inner) => this.graph(inner, path)),
          })
        : a,
    );
    return [Object.assign(create(NodeProtoSchema), node, { attribute })];
  }

  /** Does the body mean the same operators as the model? What the model does not import yet, it does from now on. */
  #fits({ opsetImport }: FunctionProto): boolean {
    const own = opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)] as const);
    if (own.some(([domain, version]) => (this.#opsets.get(domain) ?? version) !== version)) return false;
    for (const [domain, version] of own) this.#opsets.set(domain, version);
    return true;
  }

  #body(called: FunctionProto, node: NodeProto): NodeProto[] {
    if (node.input.length > called.input.length || node.output.length > called.output.length) {
      throw new GibbonError(
        'E_MODEL_UNREADABLE',
        `${node.opType} ${node.name} is called with more values than function ${called.name} has`,
        {
          hint: 'The file is damaged: export it again.',
        },
      );
    }
    const id = `${this.#mark}${this.#calls++}:`;
    const names = new Map(called.input.map((name, i) => [name, node.input[i] ?? '']));
    const passed: NodeProto[] = [];
    for (const [i, name] of called.output.entries()) {
      const outer = node.output[i] || `${id}output:${i}`;
      const before = names.get(name);
      // An input, or another output, given back as it is.
      if (before) passed.push(create(NodeProtoSchema, { opType: 'Identity', input: [before], output: [outer] }));
      else if (before === undefined) names.set(name, outer);
    }
    const rename = (name: string): string => (name === '' ? '' : (names.get(name) ?? `${id}${name}`));
    const attributes = new Map([...called.attributeProto, ...node.attribute].map((a) => [a.name, a]));
    const body = this.#nodes(called.node, { rename, attributes });
    for (const one of body) if (one.name !== '') one.name = `${id}${one.name}`;
    return [...body, ...passed];
  }

  #nodes(nodes: readonly NodeProto[], call: Call): NodeProto[] {
    return nodes.map((node) => {
      this.#spend(1 + node.input.length + node.output.length + node.attribute.length);
      return Object.assign(create(NodeProtoSchema), node, {
        input: node.input.map(call.rename),
        output: node.output.map(call.rename),
        attribute: node.attribute.flatMap((a) => this.#attribute(a, call)),
      });
    });
  }

  #spend(amount: number): void {
    this.#spent += amount;
    if (this.#spent <= MOST) return;
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's own functions expand to more than ${MOST} nodes and names`, {
      hint: 'Functions that call each other several times multiply: the file is made to do harm, or needs an export with functions inlined.',
    });
  }

  /** The attribute as the call gives it; none where the call leaves an optional one out. */
  #attribute(attribute: AttributeProto, call: Call): AttributeProto[] {
    const { name, refAttrName, g, graphs } = attribute;
    if (refAttrName !== '') {
      const given = call.attributes.get(refAttrName);
      return given ? [Object.assign(create(AttributeProtoSchema), given, { name })] : [];
    }
    if (!g && graphs.length === 0) return [attribute];
    const inner = (graph: GraphProto): GraphProto => this.#subgraph(graph, call);
    return [Object.assign(create(AttributeProtoSchema), attribute, g && { g: inner(g) }, { graphs: graphs.map(inner) })];
  }

  #subgraph(graph: GraphProto, call: Call): GraphProto {
    this.#spend(graph.input.length + graph.output.length + graph.initializer.length + graph.sparseInitializer.length);
    const renamed = <T extends { name: string }>(schema: T, of: T): T => Object.assign(schema, of, { name: call.rename(of.name) });
    return create(GraphProtoSchema, {
      name: graph.name,
      node: this.#nodes(graph.node, call),
      input: graph.input.map((port) => renamed(create(ValueInfoProtoSchema), port)),
      output: graph.output.map((port) => renamed(create(ValueInfoProtoSchema), port)),
      initializer: graph.initializer.map((tensor) => renamed(create(TensorProtoSchema), tensor)),
      sparseInitializer: graph.sparseInitializer.map((sparse) =>
        Object.assign(
          create(SparseTensorProtoSchema),
          sparse,
          sparse.values && { values: renamed(create(TensorProtoSchema), sparse.values) },
        ),
      ),
    });
  }
}
