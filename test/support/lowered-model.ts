/** A model file beside its lowered form: the same answers in ONNX Runtime, at its own batch and at another, on ordinary and extreme inputs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GibbonError } from '../../src/base/errors.ts';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import type { Graph, Port, StaticGraph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { isFloat } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { type Inputs, inputsOf, keptFeeds, nudged, numbersOf, rowOf, widenedFeeds } from './model-inputs.ts';
import { computesInHalf, distance, roundingOf } from './rounding.ts';
import { swayed } from './sway.ts';

/** Every .onnx file below a folder, sorted. */
export function modelsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? modelsBelow(path) : entry.name.endsWith('.onnx') ? [path] : [];
  });
}

/** What became of one file at one batch size. */
export type Found =
  | { readonly class: 'equal'; readonly batch: number; readonly worst: number; readonly tolerance: number; readonly on: string }
  | { readonly class: 'different'; readonly batch: number; readonly what: string }
  | { readonly class: 'refused'; readonly batch: number; readonly reason: string };

/** Rows that a model with a free or a fixed-to-1 batch is run with. */
const ROWS = 3;

/** Lowers a file for its own batch, and for three rows where its first dimension is fixed to 1 or free (for one row where it comes with inputs for more). */
export async function compareLowered(path: string): Promise<Found[]> {
  const { bytes, beside } = await readModelBytes(path);
  const whole = readModel(bytes, beside);
  const model = {
    ...whole,
    outputs: whole.outputs.map((port) => behindMap(whole, port)).filter(({ declared, type }) => !declared && type !== 'string'),
  };
  const exposed = model.outputs.some(({ name }) => !whole.outputs.some((port) => port.name === name));
  const loaded = await ortNode.loadModel(exposed ? writeModel(model).bytes : path).catch((error: Error) => error);
  if (loaded instanceof Error) return [{ class: 'refused', batch: 0, reason: loaded.message }];
  const original = { ...loaded, outputNames: model.outputs.map(({ name }) => name) };
  try {
    const kept = keptFeeds(path);
    const fixed = model.inputs.every(({ shape }) => typeof shape?.[0] === 'number');
    const single = model.inputs.every(({ shape }) => shape?.[0] === 1);
    const batches = kept && !fixed ? [undefined] : single || !fixed ? [1, ROWS] : [undefined];
    const found: Found[] = [];
    for (const batch of batches) found.push(await atBatch(model, original, { batch, split: single && batch !== 1, kept }));
    const free = kept && model.inputs.every(({ shape }) => typeof shape?.[0] !== 'number');
    if (free) found.push(await atBatch(model, original, { batch: undefined, split: false, kept: rowOf(kept, 0) }));
    return found;
  } finally {
    await original.release();
  }
}

/** The scores behind a map from class to score, which Node's runtime cannot return. */
function behindMap({ nodes }: Graph, port: Port): Port {
  const zip = nodes.find(({ op, outputs }) => op === 'ZipMap' && outputs[0] === port.name);
  return zip ? { name: zip.inputs[0] as string, type: 'float32', shape: null } : port;
}

/** All inputs; integers smaller than usual where the model has no embedding for those. */
async function inputsFor(pair: Pair): Promise<[string, Inputs][]> {
  const [first, ...others] = inputsOf(pair.model.inputs, pair.shapes, pair.kept);
  const runs = await answers(pair, (first as [string, Inputs])[1]).then(
    () => true,
    () => false,
  );
  return runs ? [first as [string, Inputs], ...others] : inputsOf(pair.model.inputs, pair.shapes, pair.kept, FEW);
}

/** Indices that every embedding has. */
const FEW = 2;

interface Setting {
  /** undefined: as the file declares it. */
  readonly batch: number | undefined;
  /** Must the original be run row by row? */
  readonly split: boolean;
  readonly kept: Inputs | undefined;
}

async function atBatch(model: Graph, original: Session, { batch, split, kept }: Setting): Promise<Found> {
  const shapeOf = (port: Port): number[] =>
    kept?.[port.name]?.shape.slice() ??
    (port.shape ?? []).map((dim, i) => (i === 0 && batch !== undefined ? batch : typeof dim === 'number' ? dim : 8));
  const shapes = Object.fromEntries(
    model.inputs.map((port) => [port.name, split ? [batch ?? 1, ...shapeOf(port).slice(1)] : shapeOf(port)]),
  );
  const rows = Object.values(shapes)[0]?.[0] ?? 0;
  let graph: StaticGraph;
  try {
    graph = await specialise(model, shapes, evaluator(ortNode));
  } catch (error) {
    if (!(error instanceof GibbonError)) throw error;
    return { class: 'refused', batch: rows, reason: `${error.code}: ${error.message}` };
  }
  const lowered = await ortNode.load(graph);
  try {
    return await compared({ model, original, lowered, graph, shapes, split, rows, kept: split ? undefined : kept });
  } finally {
    await lowered.release();
  }
}

interface Pair {
  readonly model: Graph;
  readonly original: Session;
  readonly lowered: Session;
  readonly graph: StaticGraph;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly split: boolean;
  readonly rows: number;
  readonly kept: Inputs | undefined;
}

async function compared(pair: Pair): Promise<Found> {
  const { model } = pair;
  const tolerance = roundingOf(pair.graph, computesInHalf([...model.constants.values(), ...model.inputs]));
  let [worst, on] = [0, 'all'];
  for (const [name, feeds] of await inputsFor(pair)) {
    const [theirs, ours] = [await answers(pair, feeds), await pair.lowered.run(given(pair.lowered, widenedFeeds(feeds)))];
    for (const port of model.outputs) {
      const [exact, made] = [theirs[port.name] as HostTensor, ours[port.name] as HostTensor];
      const off = distance(pair.split ? { ...made, shape: exact.shape } : made, exact);
      if (typeof off === 'string') return { class: 'different', batch: pair.rows, what: `${name}: ${port.name} ${off}` };
      if (off > tolerance && off > (await swayOf(pair, feeds, port.name, exact)))
        return {
          class: 'different',
          batch: pair.rows,
          what: `${name}: ${port.name} differs by ${off.toExponential(1)}, over ${tolerance.toExponential(1)}`,
        };
      if (off > worst) [worst, on] = [off, name];
    }
  }
  return { class: 'equal', batch: pair.rows, worst, tolerance, on };
}

/** Draws of other roundings, and what is allowed beyond the largest change of the answer. */
const DRAWS = 4;
const BEYOND = 2;

/**
 * How far the file's own answer moves in ONNX Runtime when inputs, weights and results of operators move by a unit in the last place: a model that
 * takes logarithms of what cancels, or steps of a quantiser, amplifies roundings, and no other computation of it can be closer than that.
 */
async function swayOf(pair: Pair, feeds: Inputs, name: string, exact: HostTensor): Promise<number> {
  let most = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const moved = await withOtherRoundings(pair.model, draw);
    const original = { ...moved, outputNames: pair.original.outputNames };
    const off = distance((await answers({ ...pair, original }, nudged(feeds, draw)))[name] as HostTensor, exact);
    most = Math.max(most, typeof off === 'number' ? off : 0);
    await moved.release();
  }
  return BEYOND * most;
}

/** Without noise where the runtime has none for the types of the model's values. */
function withOtherRoundings(model: Graph, draw: number): Promise<Session> {
  const noisy = ortNode.loadModel(writeModel(swayed(model, draw)).bytes);
  return noisy.catch(() => ortNode.loadModel(writeModel({ ...swayed(model, draw), nodes: model.nodes }).bytes));
}

/** Of the untouched file; one row at a time where it knows only one. */
async function answers({ original, split, rows }: Pair, feeds: Inputs): Promise<Record<string, HostTensor>> {
  const names = original.outputNames;
  if (!split) return original.run(given(original, feeds), names);
  const parts: Record<string, HostTensor>[] = [];
  for (let row = 0; row < rows; row++) parts.push(await original.run(given(original, rowOf(feeds, row)), names));
  return Object.fromEntries(Object.keys(parts[0] ?? {}).map((name) => [name, stacked(parts.map((part) => part[name] as HostTensor))]));
}

/** Rows behind one another; a row may have lost its leading dimension of 1, so that only the elements are compared. */
function stacked(parts: readonly HostTensor[]): HostTensor {
  const { type, shape } = parts[0] as HostTensor;
  const values = parts.flatMap(numbersOf);
  const data = isFloat(type) ? Float32Array.from(values) : Int32Array.from(values);
  return { type: isFloat(type) ? 'float32' : 'int32', shape: [(shape[0] ?? 1) * parts.length, ...shape.slice(1)], data };
}

/** The runtime refuses inputs that a graph does not use. */
const given = (session: Session, feeds: Inputs): Inputs =>
  Object.fromEntries(session.inputNames.map((name) => [name, feeds[name] as HostTensor]));
