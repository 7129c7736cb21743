/** Conditions inside branches and loop bodies, where nothing can be watched from outside: forced both ways, one of which is what the model does anyway. */
import type { Graph, Node, Port } from '../../onnx/graph.ts';
import { graphsOf } from '../../onnx/scopes.ts';
import type { Feeds, HostTensor, Session } from '../../runtime/runtime.ts';
import { CONDITIONS } from './candidates.ts';
import { type Effect, effectOf, takesOver } from './override.ts';
import { type Run, same, type Values } from './probe.ts';

export interface InnerSuspect {
  readonly name: string;
  readonly op: string;
  /** As it always was. */
  readonly usual: boolean;
  readonly effect: Effect;
}

const MOST = 32;

/** @param rows inputs as they are expected; `all` also the others */
export async function innerSuspects({ graph, runtime }: Run, rows: readonly Feeds[], all: readonly Feeds[]): Promise<InnerSuspect[]> {
  const conditions = graph.nodes.flatMap((node) => graphsOf(node).flatMap((inner) => conditionsIn(inner, node.op))).slice(0, MOST);
  if (conditions.length === 0) return [];
  const names = conditions.map(({ outputs }) => outputs[0] as string);
  const session = await runtime.load(deepSwitches(graph, names), { optimisation: 'disabled', quiet: true });
  try {
    const natural = await answers(session, all, names);
    const suspects: InnerSuspect[] = [];
    for (const { op, outputs } of conditions) {
      const name = outputs[0] as string;
      for (const usual of [false, true]) {
        if (!(await isAlways({ session, all, names, natural }, name, usual))) continue;
        const [before, after] = [
          await answers(session, rows, names),
          await answers(session, rows, names, { name, to: !usual }).catch(() => []),
        ];
        const effect = effectOf(graph.outputs, before, after);
        if (takesOver(effect)) suspects.push({ name, op, usual, effect });
      }
    }
    return suspects;
  } finally {
    await session.release();
  }
}

/** Conditions of a body and of what is inside it. What decides whether a loop goes on is left alone: forced, it might never end. */
function conditionsIn(graph: Graph, holder: string): Node[] {
  const kept = holder === 'Loop' ? behind(graph, graph.outputs[0]?.name ?? '') : new Set<Node>();
  const own = graph.nodes.filter((node) => CONDITIONS.has(node.op) && node.domain === '' && !kept.has(node));
  return [...own, ...graph.nodes.flatMap((node) => graphsOf(node).flatMap((inner) => conditionsIn(inner, node.op)))];
}

function behind({ nodes }: Graph, name: string): Set<Node> {
  const found = new Set<Node>();
  const wanted = new Set([name]);
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    found.add(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return found;
}

const allow = (i: number): string => `inner_switch_${i}:allow`;
const set = (i: number): string => `inner_switch_${i}:set`;

/** v becomes (v and allow) or set. Bodies see the inputs of the graph around them. */
function deepSwitches(graph: Graph, names: readonly string[]): Graph {
  const at = new Map(names.map((name, i) => [name, i]));
  const rewritten = (inner: Graph): Graph => ({ ...inner, nodes: inner.nodes.flatMap((node) => switched(deep(node))) });
  const deep = (node: Node): Node => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => {
        if (value.kind === 'graph') return [key, { ...value, value: rewritten(value.value) }];
        return [key, value.kind === 'graphs' ? { ...value, value: value.value.map(rewritten) } : value];
      }),
    ),
  });
  const switched = (node: Node): Node[] => {
    const name = node.outputs[0] ?? '';
    const i = at.get(name);
    if (i === undefined) return [node];
    const made = (op: string, inputs: string[], output: string): Node => ({
      op,
      domain: '',
      name: `${output}:${op}`,
      inputs,
      outputs: [output],
      attributes: {},
    });
    const [raw, allowed] = [`${name}:raw`, `${name}:allowed`];
    return [{ ...node, outputs: [raw] }, made('And', [raw, allow(i)], allowed), made('Or', [allowed, set(i)], name)];
  };
  const inputs = names.flatMap((_, i): Port[] => [allow(i), set(i)].map((name) => ({ name, type: 'bool', shape: [] })));
  return { ...graph, inputs: [...graph.inputs, ...inputs], nodes: graph.nodes.map(deep) };
}

interface Forced {
  readonly name: string;
  readonly to: boolean;
}

async function answers(session: Session, rows: readonly Feeds[], names: readonly string[], forced?: Forced): Promise<Values[]> {
  const flag = (value: boolean): HostTensor => ({ type: 'bool', shape: [], data: Uint8Array.of(value ? 1 : 0) });
  const switches = Object.fromEntries(
    names.flatMap((name, i) => {
      const isForced = forced?.name === name;
      return [
        [allow(i), flag(!isForced)],
        [set(i), flag(isForced && forced.to)],
      ];
    }),
  );
  const all: Values[] = [];
  for (const row of rows) all.push(await session.run({ ...row, ...switches }));
  return all;
}

interface Trial {
  readonly session: Session;
  readonly all: readonly Feeds[];
  readonly names: readonly string[];
  readonly natural: readonly Values[];
}

/** Is every answer the same when the condition is held at this? */
async function isAlways({ session, all, names, natural }: Trial, name: string, to: boolean): Promise<boolean> {
  for (const [i, row] of all.entries()) {
    const [made] = await answers(session, [row], names, { name, to }).catch(() => [undefined]);
    if (!made || Object.entries(natural[i] as Values).some(([output, seen]) => !same(seen, made[output] as typeof seen, false)))
      return false;
  }
  return true;
}
