/** Decides a property of a model: a counterexample (sat), a proof that there is none (unsat), or neither in the time given. */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, StaticGraph } from '../../onnx/graph.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Runtime, Session } from '../../runtime/runtime.ts';
import type { Domain, LayerBounds } from '../bounds/domain.ts';
import type { Goal } from '../bounds/goal.ts';
import { type BoundNetwork, boundNetwork } from '../graphs/network.ts';
import { branchInputs } from '../search/branch-inputs.ts';
import { around, leastCorners } from '../search/corners.ts';
import { escalate } from '../search/escalate.ts';
import { flatGraph } from './flat-graph.ts';
import { type Box, type Conjunction, float32Box, type Property } from './property.ts';
import type { InstanceResult } from './result-text.ts';
import { type PointSearch, pointSearch } from './search.ts';
import { type Ask, asked, checkWitness } from './witness.ts';

export interface DecideSettings {
  /** Seconds. */
  readonly budget: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly alive?: () => void;
}

export interface Decided {
  readonly result: InstanceResult;
  readonly seconds: number;
  /** What proved it, found it, or was tried last. */
  readonly by: string;
}

/** Inputs of at most so many values are halved; for more, neurons are split. */
const FEW_INPUTS = 20;
/** Steps of points in the first search, and of those of open boxes, within their box. */
const [STEPS, INNER_STEPS] = [30, 5];
/** First step from where bounds are least, and of many inputs from anywhere, in half widths: across the box. */
const FAR = 2;
/** Points at once and batches of them before anything is proved, for few inputs (points cost nothing there, and thin regions need many) and for more. */
const [FEW, MANY] = [
  { points: 1024, batches: 24 },
  { points: 128, batches: 1 },
];

/**
 * @param original session of the file itself, which alone decides on counterexamples
 * Where an operator has no bounds, counterexamples are all that can be found.
 * @throws GibbonError E_OPERATOR_UNSUPPORTED where an operator has no lowering; E_MODEL_UNSUPPORTED for inputs without an axis for rows
 */
export async function decideProperty(
  model: Graph,
  original: Session,
  property: Property,
  runtime: Runtime,
  settings: DecideSettings,
): Promise<Decided> {
  const started = performance.now();
  const graph = flatGraph(model, property, runtime);
  const ask = asked(original, model, property);
  const network = await bounding(graph, runtime);
  const rows = Math.max(1, ...property.cases.flatMap(({ violations }) => violations.map(({ length }) => length)));
  const search = await pointSearch(graph, runtime, { batch: firstSearch(property).points, rows });
  const task: Task = { network, search, ask, property, settings, started };
  try {
    let [open, by] = ['unsat' as InstanceResult['status'], 'no input fulfils it'];
    for (const one of property.cases) {
      const found = await decideCase(task, float32Box(one.box), one.violations);
      by = found.by;
      if (found.result.status === 'sat') return { ...found, seconds: secondsOf(task) };
      if (found.result.status !== 'unsat') open = found.result.status;
    }
    return { result: { status: open as 'unsat' }, by, seconds: secondsOf(task) };
  } finally {
    await search.release();
    if (!(network instanceof GibbonError)) await network.release();
  }
}

/** The network prepared for bounds; the reason where it has none. */
async function bounding(graph: (batch: number) => Promise<StaticGraph>, runtime: Runtime): Promise<BoundNetwork | GibbonError> {
  try {
    const network = await boundNetwork(graph, runtime);
    await network.forward(1);
    return network;
  } catch (error) {
    if (error instanceof GibbonError && error.code === 'E_OPERATOR_UNSUPPORTED') return error;
    throw error;
  }
}

const firstSearch = ({ inputs }: Property): typeof FEW => (inputs > FEW_INPUTS ? MANY : FEW);

interface Task {
  readonly network: BoundNetwork | GibbonError;
  readonly search: PointSearch;
  readonly ask: Ask;
  readonly property: Property;
  readonly settings: DecideSettings;
  readonly started: number;
}

const secondsOf = ({ started }: Pick<Task, 'started'>): number => (performance.now() - started) / 1000;

async function decideCase(task: Task, box: Box, violations: readonly Conjunction[]): Promise<Pick<Decided, 'result' | 'by'>> {
  const { network, search, settings } = task;
  const [lower, upper] = [Float32Array.from(box.lower), Float32Array.from(box.upper)];
  const goals = violations.map((one) => goalOf(one, task.property.outputs));
  const tried = async (points: readonly Float32Array[]): Promise<Float32Array | undefined> => {
    for (const point of points) if ((await checkWitness(task.ask, task.property, point)).violates) return point;
    return undefined;
  };
  const sat = async (point: Float32Array): Promise<Pick<Decided, 'result' | 'by'>> => {
    const { inputs, outputs } = await checkWitness(task.ask, task.property, point);
    return { result: { status: 'sat', inputs, outputs }, by: 'search' };
  };
  const until = (): boolean => {
    settings.signal?.throwIfAborted();
    settings.alive?.();
    return secondsOf(task) >= settings.budget;
  };
  const { points, batches } = firstSearch(task.property);
  for (let k = 0; k < batches && (k === 0 || !until()); k++) {
    const drawn = search.random(points, { lower, upper }, (settings.seed ?? 0) + k);
    const starts = drawn.map((point, i) => ({ point, goal: goals[i % goals.length] as Goal, lower, upper }));
    const hit = await tried(await search.descend(starts, STEPS, lower.length > FEW_INPUTS ? FAR : undefined));
    if (hit) return sat(hit);
  }
  if (network instanceof GibbonError) return { result: { status: 'unknown' }, by: network.message };
  if (lower.length > FEW_INPUTS) {
    let met: Float32Array | undefined;
    const proof = await proveWhole({ ...task, network }, { lower, upper }, goals, async (domain, bounds, open) => {
      const corners = around(await leastCorners(network, domain, bounds, open), points, keyedRng(settings.seed ?? 0, 'corners'));
      met = await tried(await search.descend(corners, STEPS, FAR));
      return met !== undefined;
    });
    return met ? sat(met) : proof;
  }
  const found = await branchInputs({ network, lower, upper }, goals, {
    until,
    tried: async (suspects) => tried(await search.descend(suspects, INNER_STEPS)),
  });
  if (found.counterexample) return sat(found.counterexample);
  return { result: { status: found.open === 0 ? 'unsat' : 'timeout' }, by: 'input splitting' };
}

async function proveWhole(
  { network, settings, started }: Pick<Task, 'settings' | 'started'> & { readonly network: BoundNetwork },
  { lower, upper }: { lower: Float32Array; upper: Float32Array },
  goals: readonly Goal[],
  halts: (domain: Domain, bounds: LayerBounds, open: readonly Goal[]) => Promise<boolean>,
): Promise<Pick<Decided, 'result' | 'by'>> {
  const { name } = network.inputs[0] as { name: string };
  const domain = { batch: 1, norm: 'box' as const, lower: new Map([[name, lower]]), upper: new Map([[name, upper]]) };
  const budget = settings.budget - secondsOf({ started });
  const verdict = await escalate(network, domain, goals, {
    method: 'auto',
    budget,
    signal: settings.signal,
    ...(settings.alive && { alive: settings.alive }),
    halts: (bounds, open) => halts(domain, bounds, open),
  });
  if (verdict.isProved) return { result: { status: 'unsat' }, by: verdict.method };
  return { result: { status: secondsOf({ started }) >= settings.budget ? 'timeout' : 'unknown' }, by: verdict.method };
}

/** The violation of a clause: each constraint is a row. @throws GibbonError E_MODEL_UNSUPPORTED where it speaks of inputs */
function goalOf(violation: Conjunction, outputs: number): Goal {
  const rows = new Float32Array(violation.length * outputs);
  for (const [r, { inputs, outputs: terms }] of violation.entries()) {
    if (inputs.length > 0)
      throw new GibbonError('E_MODEL_UNSUPPORTED', 'the property ties outputs to inputs', {
        hint: 'Bounds are known of conditions on outputs only.',
      });
    for (const { index, weight } of terms) rows[r * outputs + index] = exactly(weight);
  }
  return { rows, offsets: Float32Array.from(violation, ({ bound }) => notBelow(bound)) };
}

/** @throws GibbonError E_MODEL_UNSUPPORTED for a weight that float32 cannot hold: bounds would speak of another condition */
function exactly(weight: number): number {
  if (Math.fround(weight) === weight) return weight;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the property has the weight ${weight}, which float32 cannot hold`, {
    hint: 'Bounds are known of conditions with weights such as 1, −1 and 0.5: multiply the condition until its weights are such numbers.',
  });
}

/** A float32 that is not below the value: what is proved to lie above it lies above the value. */
function notBelow(value: number): number {
  const near = Math.fround(value);
  return near >= value ? near : Math.fround(value + Math.abs(value) * 2 ** -23 + 2 ** -149);
}
