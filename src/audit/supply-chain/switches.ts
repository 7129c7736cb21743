/** Puts switches into a graph: a value of one's choice in place of chosen elements of an inner value, everything behind it as the model has it. */
import { type Graph, int, type Node, type Port } from '../../onnx/graph.ts';
import { ELEMENT_TYPES, type ElementType, sizeOf } from '../../onnx/tensor.ts';
import type { Feeds, HostTensor, TypedArray } from '../../runtime/runtime.ts';
import type { Seen } from './probe.ts';

/** What stands in place of a value, and where (everywhere when absent). */
export interface Forced {
  readonly name: string;
  readonly to: readonly number[];
  readonly at?: readonly number[];
}

export interface Switches {
  readonly graph: Graph;
  /** What the switches want to be fed: nothing forced, or this. */
  feeds(forced?: Forced): Feeds;
}

/** A value that a switch is put at, as it usually is. */
export interface Place {
  readonly name: string;
  readonly usual: Seen;
}

/** Types that Where takes as they are; others pass through one of them. */
const DIRECT: Partial<Record<ElementType, ElementType>> = {
  float32: 'float32',
  float64: 'float64',
  int32: 'int32',
  int64: 'int64',
  uint8: 'uint8',
  int8: 'int32',
  uint16: 'int32',
  int16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
  bool: 'uint8',
  float16: 'float32',
};

/** Can a switch be put at values of this type? */
export const isSwitchable = (type: ElementType): boolean => DIRECT[type] !== undefined;

export function withSwitches(graph: Graph, places: readonly Place[]): Switches {
  const mark = unusedMark(graph);
  const chosen = (graph.opsets.get('') ?? WHERE_SINCE) >= WHERE_SINCE ? byWhere : bySum;
  const byName = new Map(places.map((place, i) => [place.name, { ...place, id: `${mark}${i}` }]));
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    nodes.push({ ...node, outputs: node.outputs.map((name) => (byName.has(name) ? `${byName.get(name)?.id}:raw` : name)) });
    for (const name of node.outputs) {
      const place = byName.get(name);
      if (place) nodes.push(...switchAt(place, chosen));
    }
  }
  const inputs = [...byName.values()].flatMap(({ id, usual: { type, shape } }): Port[] => [
    { name: `${id}:on`, type: chosen === byWhere ? 'bool' : (DIRECT[type] as ElementType), shape },
    { name: `${id}:to`, type: DIRECT[type] as ElementType, shape },
  ]);
  return {
    graph: { ...graph, nodes, inputs: [...graph.inputs, ...inputs] },
    feeds: (forced) =>
      Object.fromEntries(
        [...byName.values()].flatMap(({ name, id, usual }): [string, HostTensor][] => {
          const [on, to] = settings(usual, forced?.name === name ? forced : undefined, chosen === bySum);
          return [
            [`${id}:on`, on],
            [`${id}:to`, to],
          ];
        }),
      ),
  };
}

const made = (id: string, op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: `${id}:${op}:${output}`,
  inputs,
  outputs: [output],
  attributes,
});

/** `raw`, or the value fed to the switch, as `output`. */
type Choice = (id: string, raw: string, output: string) => Node[];

const byWhere: Choice = (id, raw, output) => [made(id, 'Where', [`${id}:on`, `${id}:to`, raw], output)];
/** For graphs from before Where: raw·(1 − on) + to, with 1 − on fed. */
const bySum: Choice = (id, raw, output) => [
  made(id, 'Mul', [raw, `${id}:on`], `${id}:rest`),
  made(id, 'Add', [`${id}:rest`, `${id}:to`], output),
];
const WHERE_SINCE = 9;

function switchAt({ id, name, usual: { type } }: Place & { readonly id: string }, chosen: Choice): Node[] {
  const passed = DIRECT[type] as ElementType;
  if (passed === type) return chosen(id, `${id}:raw`, name);
  return [
    made(id, 'Cast', [`${id}:raw`], `${id}:in`, { to: int(ELEMENT_TYPES[passed]) }),
    ...chosen(id, `${id}:in`, `${id}:out`),
    made(id, 'Cast', [`${id}:out`], name, { to: int(ELEMENT_TYPES[type]) }),
  ];
}

function settings({ type, shape }: Seen, forced: Forced | undefined, summed: boolean): [HostTensor, HostTensor] {
  const size = sizeOf(shape);
  const on = new Array<number>(size).fill(forced && !forced.at ? 1 : 0);
  for (const index of forced?.at ?? []) on[index] = 1;
  const passed = DIRECT[type] as ElementType;
  const to = forced?.to ?? on;
  if (!summed)
    return [
      { type: 'bool', shape, data: Uint8Array.from(on) },
      { type: passed, shape, data: typed(passed, to) },
    ];
  const pair = [on.map((one) => 1 - one), to.map((value, i) => (on[i] === 1 ? value : 0))] as const;
  return [
    { type: passed, shape, data: typed(passed, pair[0]) },
    { type: passed, shape, data: typed(passed, pair[1]) },
  ];
}

function typed(type: ElementType, values: readonly number[]): TypedArray {
  if (type === 'int64') return BigInt64Array.from(values, (value) => BigInt(Math.trunc(value)));
  if (type === 'int32') return Int32Array.from(values);
  if (type === 'uint8') return Uint8Array.from(values);
  return type === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
}

/** A beginning that no name of the graph has. */
function unusedMark({ nodes, inputs, constants }: Graph): string {
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...inputs.map(({ name }) => name), ...constants.keys()];
  let mark = 'switch';
  while (names.some((name) => name.startsWith(mark))) mark += '_';
  return mark;
}
