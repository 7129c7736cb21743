/**
 * Finds trigger logic planted in a graph (ShadowLogic, HiddenLayer 2024; JFrog's ONNX backdoors): inner values that depend on the input, stay the same on
 * every input tried, and take the answer over when they are forced to be something else. It does not matter by which operators they are made.
 */
import type { Graph } from '../../onnx/graph.ts';
import { sizeOf, view } from '../../onnx/tensor.ts';
import type { Feeds, Session } from '../../runtime/runtime.ts';
import { type Candidate, distinct, dormantCandidates, saturates, shapeConditions, variedInputs } from './candidates.ts';
import { type Flow, flowOf } from './flow.ts';
import { innerSuspects } from './inner.ts';
import { losers } from './losers.ts';
import { type Effect, effectOf, takesOver } from './override.ts';
import { dormantValues, type Run, type Seen, shown, type Values } from './probe.ts';
import { type Forced, type Place, type Switches, withSwitches } from './switches.ts';
import { deadUnits } from './units.ts';

export interface Probe extends Run {
  /** Inputs as they are expected. One run each, of one row (or of the rows that the model insists on). */
  readonly usual: readonly Feeds[];
  /** Others that the model takes: random ones. */
  readonly random: readonly Feeds[];
}

export interface Suspect {
  readonly name: string;
  readonly kind: Candidate['kind'] | 'inner';
  /** The operator that makes it. */
  readonly op: string;
  /** As it usually is and as it was forced to be, in words. */
  readonly usual: string;
  readonly forced: string;
  readonly exceptions: number;
  readonly effect: Effect;
}

export interface Hunt {
  readonly suspects: readonly Suspect[];
  readonly runs: number;
  /** Values looked at, and those of them that were forced. */
  readonly watched: number;
  readonly tried: number;
}

/** Rows of an intervention: usual ones, unless there are too few. */
const ROWS = 16;
const ENOUGH = 8;

export async function findTriggers({ graph, runtime, usual, random }: Probe): Promise<Hunt> {
  const feeds = distinct([...usual, ...random]);
  const own = distinct(usual);
  const flow = flowOf(graph);
  const varied = variedInputs(graph.inputs, feeds);
  const ends = new Set(graph.outputs.map(({ name }) => name));
  const watched = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => ((flow.sources.get(name) ?? 0n) & varied) !== 0n);
  const isSaturating = (name: string): boolean => saturates(flow.makers.get(name));
  const dormant = await dormantValues({ graph, runtime, feeds }, watched, isSaturating);
  const resting = new Set(dormant.map(({ name }) => name));
  const rows = spaced(own.length >= ENOUGH ? own : feeds, ROWS);
  const conditions = shapeConditions(graph.nodes, flow);
  const into = dormant.flatMap(({ name }) => flow.makers.get(name)?.inputs.filter((input) => flow.sources.has(input)) ?? []);
  const natural = await shown({ graph, runtime }, rows, [...new Set([...conditions, ...into.filter((name) => !ends.has(name))])]);
  const candidates = [
    ...dormantCandidates(dormant, flow, graph, (name) => Math.max(magnitudeInto(name, flow, natural), largestIn(name, flow, graph))),
    ...shapeCandidates(conditions, natural),
    ...(await losers({ graph, runtime }, flow, { rows, resting })),
    ...(await deadUnits({ graph, runtime, feeds }, flow, resting)),
  ];
  const inner = await innerSuspects({ graph, runtime }, rows, feeds);
  const suspects = [
    ...(await tried({ graph, runtime }, rows, candidates, flow)),
    ...inner.map(({ name, op, usual: was, effect }): Suspect => {
      return { name, kind: 'inner', op, usual: String(was), forced: String(!was), exceptions: 0, effect };
    }),
  ];
  return { suspects: withoutEchoes(suspects, flow), runs: feeds.length, watched: watched.length, tried: candidates.length };
}

/** Evenly spaced ones. */
function spaced<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)] as T);
}

/** The size of what goes into the function that a value comes from. */
function magnitudeInto(name: string, { makers }: Flow, natural: readonly Values[]): number {
  let most = 0;
  for (const input of makers.get(name)?.inputs ?? []) {
    for (const answer of natural) {
      const seen = answer[input];
      if (!seen?.type.startsWith('float')) continue;
      for (const value of seen.data as Float32Array) if (Math.abs(value) > most) most = Math.abs(value);
    }
  }
  return most;
}

/** Numbers looked at of a constant. */
const SOME = 2 ** 20;

/** The largest number of the tables that a value is taken from. */
function largestIn(name: string, { makers }: Flow, { constants }: Graph): number {
  const node = makers.get(name);
  if (node?.op !== 'Gather' && node?.op !== 'MatMul') return 0;
  const tables = node.inputs
    .flatMap((input) => constants.get(input) ?? [])
    .filter(({ type, shape }) => type === 'float32' && sizeOf(shape) <= SOME);
  return Math.max(0, ...tables.map((tensor) => (view(tensor) as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
}

function shapeCandidates(conditions: readonly string[], natural: readonly Values[]): Candidate[] {
  return conditions.flatMap((name): Candidate[] => {
    const usual = natural[0]?.[name];
    if (usual?.type !== 'bool' || sizeOf(usual.shape) === 0 || !hasOneShape(name, natural)) return [];
    const other = Array.from(usual.data as Uint8Array, (value) => 1 - value);
    return [{ name, kind: 'shape', usual, exceptions: 0, tries: [() => other] }];
  });
}

/** A switch has one shape: what grows with a text cannot have one. */
const hasOneShape = (name: string, rows: readonly Values[]): boolean => new Set(rows.map((row) => row[name]?.shape.join())).size === 1;

async function tried({ graph, runtime }: Run, rows: readonly Feeds[], candidates: readonly Candidate[], flow: Flow): Promise<Suspect[]> {
  if (candidates.length === 0) return [];
  const places = new Map(candidates.map(({ name, usual }): [string, Place] => [name, { name, usual }]));
  const switches = withSwitches(graph, [...places.values()]);
  const session = await runtime.load(switches.graph, { optimisation: 'disabled', quiet: true });
  try {
    const natural = await answers({ session, switches, rows });
    const suspects: Suspect[] = [];
    for (const candidate of candidates) {
      const found = await tryOne({ session, switches, rows, natural, graph }, candidate);
      if (found) suspects.push({ ...found, name: candidate.name, kind: candidate.kind, op: flow.makers.get(candidate.name)?.op ?? '' });
    }
    return suspects;
  } finally {
    await session.release();
  }
}

interface Board {
  readonly session: Session;
  readonly switches: Switches;
  readonly rows: readonly Feeds[];
}

interface Trial extends Board {
  readonly graph: Graph;
  readonly natural: readonly Values[];
}

async function answers({ session, switches, rows }: Board, forced?: (row: number) => Forced): Promise<Values[]> {
  const all: Values[] = [];
  for (const [i, row] of rows.entries()) all.push(await session.run({ ...row, ...switches.feeds(forced?.(i)) }));
  return all;
}

/** Single elements tried of a value with many. */
const ELEMENTS = 12;

async function tryOne(trial: Trial, candidate: Candidate): Promise<Omit<Suspect, 'name' | 'kind' | 'op'> | undefined> {
  const { name, usual, exceptions, tries } = candidate;
  const size = sizeOf(usual.shape);
  const elements = candidate.at ?? [...Array(size).keys()];
  for (const to of tries) {
    const whole = await effectOfForcing(trial, name, to, candidate.at);
    // Of a few elements one alone may do what all together do not: a row of a table that is added to the scores.
    if (!(size === 1 ? overrides : takesOver)(whole) && (size === 1 || size > FEW)) continue;
    // A mask or an imputed column acts on its own element only; a trigger takes over with any of them.
    const single = elements.length === 1 ? whole : await strongest(trial, name, to, elements);
    if (!(size === 1 ? overrides : takesOver)(single)) continue;
    const effect = takesOver(whole) ? whole : single;
    return { usual: words(usual), forced: words({ ...usual, data: [...to(0)].map(String) }), exceptions, effect };
  }
  return undefined;
}

const FEW = 32;

/** A single switch that changes nearly all answers, or breaks them, is no better than one that fixes them. */
const overrides = (effect: Effect): boolean => takesOver(effect) || effect.kind === 'other' || effect.kind === 'broken';

async function strongest(trial: Trial, name: string, to: Candidate['tries'][number], elements: readonly number[]): Promise<Effect> {
  let best: Effect = { output: '', kind: 'none', decision: null, rows: 0, of: 0 };
  for (const element of spaced(elements, ELEMENTS)) {
    const effect = await effectOfForcing(trial, name, to, [element]);
    if (takesOver(effect)) return effect;
    best = effect;
  }
  return best;
}

/** What the runtime refuses (an index out of range, a shape that does not fit) takes nothing over. */
async function effectOfForcing(trial: Trial, name: string, to: Candidate['tries'][number], at?: readonly number[]): Promise<Effect> {
  const { graph, natural } = trial;
  try {
    const made = await answers(trial, (row) => ({ name, to: to(row), ...(at && { at }) }));
    return effectOf(graph.outputs, natural, made);
  } catch {
    return { output: '', kind: 'none', decision: null, rows: 0, of: 0 };
  }
}

function words({ type, data, shape }: Seen): string {
  const few = Array.from(data as ArrayLike<unknown>, String).slice(0, 4);
  const shownAs = type === 'bool' ? few.map((value) => (value === '1' || value === 'true' ? 'true' : 'false')) : few;
  const distinct = new Set(shownAs).size === 1 ? shownAs.slice(0, 1) : shownAs;
  return `${distinct.join(', ')}${sizeOf(shape) > few.length && distinct.length > 1 ? ', …' : ''}`;
}

/** Of values that follow from one another only the first is told. */
function withoutEchoes(suspects: readonly Suspect[], { makers }: Flow): Suspect[] {
  const found = new Set(suspects.map(({ name }) => name));
  return suspects.filter(({ name }) => {
    const before = new Set(makers.get(name)?.inputs);
    // Grows while it is walked.
    for (const value of before) for (const input of makers.get(value)?.inputs ?? []) before.add(input);
    before.delete(name);
    return ![...before].some((value) => found.has(value));
  });
}
