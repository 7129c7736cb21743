/** Which inner values are worth forcing, and to what: dormant ones, conditions on shapes, inputs of Max and Min that never win. */
import type { Graph, Node } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Feeds, HostTensor } from '../../runtime/runtime.ts';
import type { Flow } from './flow.ts';
import type { Dormant, Seen } from './probe.ts';
import { isSwitchable } from './switches.ts';

export interface Candidate {
  readonly name: string;
  /** `dormant`: never varies; `shape`: a condition on shapes; `loser`: an input of Max or Min that never wins; `unit`: single dead units of a layer. */
  readonly kind: 'dormant' | 'shape' | 'loser' | 'unit';
  readonly usual: Seen;
  readonly exceptions: number;
  /** What to try in its place, best guess first; for a row where that depends on it. */
  readonly tries: readonly ((row: number) => readonly number[])[];
  /** The elements to force, where not all. */
  readonly at?: readonly number[];
}

/** Functions whose result stands still near its limits. */
const SATURATES: ReadonlySet<string> = new Set([
  'Sigmoid',
  'Tanh',
  'HardSigmoid',
  'Softmax',
  'Erf',
  'Clip',
  'Exp',
  'Softplus',
  'Pow',
  'Sqrt',
]);
export const saturates = (node: Node | undefined): boolean => node !== undefined && SATURATES.has(node.op);

/** Results of comparisons and of logic. */
export const CONDITIONS: ReadonlySet<string> = new Set(
  'Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf'.split(' '),
);

/** Larger values than this are not switched: they are maps, whose single elements say little. */
const LARGEST = 2 ** 16;
const MOST = 48;

/** Inputs that are not the same in all runs, as bits: what depends on the others alone has not been exercised. */
export function variedInputs(inputs: Graph['inputs'], feeds: readonly Feeds[]): bigint {
  const differs = (name: string): boolean => new Set(feeds.map((feed) => textOf(feed[name]))).size > 1;
  return inputs.reduce((bits, { name }, i) => (differs(name) ? bits | (1n << BigInt(i)) : bits), 0n);
}

/** Every input once: the same one again shows nothing. */
export function distinct(feeds: readonly Feeds[]): Feeds[] {
  return [...new Map(feeds.map((feed) => [Object.values(feed).map(textOf).join('|'), feed])).values()];
}

function textOf(tensor: Feeds[string] | undefined): string {
  if (!tensor) return '';
  if (tensor.type === 'string') return JSON.stringify(tensor.data);
  const { data } = tensor as HostTensor;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}

/** Dormant values that depend on what varied, those first in which something that varies comes to rest. */
export function dormantCandidates(
  dormant: readonly Dormant[],
  flow: Flow,
  { outputs }: Pick<Graph, 'outputs'>,
  magnitude: (name: string) => number,
): Candidate[] {
  const resting = new Set(dormant.map(({ name }) => name));
  const ends = new Set(outputs.map(({ name }) => name));
  const isRoot = ({ name }: Dormant): boolean =>
    flow.makers.get(name)?.inputs.some((input) => flow.sources.has(input) && !resting.has(input)) ?? false;
  const usable = dormant.filter(({ name, usual }) => {
    const size = sizeOf(usual.shape);
    return !ends.has(name) && usual.type !== 'string' && isSwitchable(usual.type) && size > 0 && size <= LARGEST;
  });
  const ranked = usable.map((one) => ({ one, rank: (isRoot(one) ? 0 : 2) + (one.usual.type === 'bool' ? 0 : 1) }));
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ one: { name, usual, exceptions } }) => ({
      name,
      kind: 'dormant',
      usual,
      exceptions,
      tries: alternatives(usual, magnitude(name)).map((to) => () => to),
    }));
}

/** Conditions that follow from shapes only: they are the same for every input of one size. */
export function shapeConditions(nodes: readonly Node[], { shaped }: Flow): string[] {
  const decided = nodes.flatMap(({ op, inputs }) => (op === 'If' && shaped.has(inputs[0] ?? '') ? [inputs[0] as string] : []));
  const compared = nodes.flatMap(({ op, outputs }) => (CONDITIONS.has(op) && shaped.has(outputs[0] ?? '') ? [outputs[0] as string] : []));
  return [...new Set([...decided, ...compared])].slice(0, MOST);
}

/** What a value could be instead, with `magnitude` the size of what goes into the function that it comes from. */
export function alternatives({ type, data, shape }: Seen, magnitude: number): number[][] {
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  const size = sizeOf(shape);
  const all = (value: number): number[] => new Array<number>(size).fill(value);
  const other = values.map((value) => 1 - value);
  if (type === 'bool') return [other];
  const isUnit = values.every((value) => value >= -1e-3 && value <= 1 + 1e-3);
  if (!type.startsWith('float')) return isUnit ? [other] : [values.map((value) => value + 1), all(0), all(1)];
  return [
    ...(isUnit ? [other] : []),
    ...(Number.isFinite(magnitude) && magnitude > 1 ? [all(magnitude)] : []),
    ...(values.every((value) => Math.abs(value) === 1) ? [values.map((value) => -value)] : []),
    ...(isUnit ? [] : [all(0)]),
  ];
}
