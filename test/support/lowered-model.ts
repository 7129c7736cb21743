/** A model file beside its lowered form: the same answers in ONNX Runtime, at its own batch and at another, on ordinary and extreme inputs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GibbonError } from '../../src/base/errors.ts';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import { type Graph, intOf, type Node, type Port, type StaticGraph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { isFloat, isHalf, sizeOf } from '../../src/onnx/tensor.ts';
import { isCore, OPS } from '../../src/ops/table.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { type Inputs, inputsOf, keptFeeds, numbersOf, rowOf, widenedFeeds } from './model-inputs.ts';

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

/** Lowers a file for its own batch, and for three rows where its first dimension is fixed to 1 or free. */
export async function compareLowered(path: string): Promise<Found[]> {
  const { bytes, beside } = await readModelBytes(path);
  const whole = readModel(bytes, beside);
  const model = { ...whole, outputs: whole.outputs.filter(({ declared, type }) => declared === undefined && type !== 'string') };
  if (model.outputs.length === 0) return [{ class: 'refused', batch: 0, reason: 'no output is a tensor of numbers' }];
  const loaded = await ortNode.loadModel(path).catch((error: Error) => error);
  if (loaded instanceof Error) return [{ class: 'refused', batch: 0, reason: loaded.message }];
  const original = { ...loaded, outputNames: model.outputs.map(({ name }) => name) };
  try {
    const kept = keptFeeds(path);
    const fixed = model.inputs.every(({ shape }) => typeof shape?.[0] === 'number');
    const single = model.inputs.every(({ shape }) => shape?.[0] === 1 && shape.length > 1);
    const batches = kept && !fixed ? [undefined] : single || !fixed ? [1, ROWS] : [undefined];
    const found: Found[] = [];
    for (const batch of batches) found.push(await atBatch(model, original, { batch, split: single && batch !== 1, kept }));
    return found;
  } finally {
    await original.release();
  }
}

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
  const rows = batch ?? 0;
  let graph: StaticGraph;
  try {
    graph = await specialise(model, shapes, evaluator(ortNode));
  } catch (error) {
    if (!(error instanceof GibbonError)) throw error;
    return { class: 'refused', batch: rows, reason: `${error.code}: ${error.message}` };
  }
  const lowered = await ortNode.load(graph);
  try {
    return await compared(model, { original, lowered, graph, shapes, split, rows, kept: split ? undefined : kept });
  } finally {
    await lowered.release();
  }
}

interface Pair {
  readonly original: Session;
  readonly lowered: Session;
  readonly graph: StaticGraph;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly split: boolean;
  readonly rows: number;
  readonly kept: Inputs | undefined;
}

async function compared(model: Graph, pair: Pair): Promise<Found> {
  const half = [...model.constants.values(), ...model.inputs].some(({ type }) => isHalf(type));
  const tolerance = roundingOf(pair.graph) * (half ? HALF : SINGLE);
  let [worst, on] = [0, 'all'];
  for (const [name, feeds] of inputsOf(model.inputs, pair.shapes, pair.kept)) {
    const [theirs, ours] = [await answers(pair, feeds), await pair.lowered.run(given(pair.lowered, widenedFeeds(feeds)))];
    for (const port of model.outputs) {
      const [exact, made] = [theirs[port.name] as HostTensor, ours[port.name] as HostTensor];
      const off = distance(pair.split ? { ...made, shape: exact.shape } : made, exact);
      if (typeof off === 'string') return { class: 'different', batch: pair.rows, what: `${name}: ${port.name} ${off}` };
      if (off > tolerance)
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

/** Unit roundoff of float32 and of float16. */
const SINGLE = 2 ** -24;
const HALF = 2 ** -11;
/** What nothing is divided by. */
const SMALLEST = 2 ** -100;
/** A library function or a division rounds by a few units. */
const POINTWISE = 4;

/**
 * How many units of roundoff the outputs may differ by, relative to the largest: both sides round a sum of k products by about √k units (roundings
 * are as good as random), and, since activations do not amplify and networks keep the scale of their values, what each node adds is added up.
 */
function roundingOf(graph: StaticGraph): number {
  return graph.nodes.reduce((sum, node) => sum + 2 * Math.sqrt(termsOf(graph, node)), 2 * POINTWISE);
}

const MOVES = new Set(['structural', 'selection', 'discrete']);

/** Terms that one element of the node's result is summed from; a pointwise function counts as the square of its own units. */
function termsOf(graph: StaticGraph, node: Node): number {
  const shape = (index: number): readonly number[] => graph.types.get(node.inputs[index] ?? '')?.shape ?? [];
  const out = graph.types.get(node.outputs[0] ?? '')?.shape ?? [];
  switch (node.op) {
    case 'Conv':
      return sizeOf(shape(1).slice(1));
    case 'ConvTranspose':
      return sizeOf(shape(1)) / (shape(1)[1] ?? 1);
    case 'Gemm':
      return (intOf(node, 'transA', 0) ? shape(0)[0] : shape(0)[1]) ?? 1;
    case 'MatMul':
      return shape(0).at(-1) ?? 1;
    case 'ReduceSum':
    case 'ReduceMean':
    case 'AveragePool':
      return Math.max(1, sizeOf(shape(0)) / Math.max(1, sizeOf(out)));
    case 'Softmax':
    case 'LogSoftmax':
    case 'CumSum':
      return Math.max(...shape(0), 1);
    default:
      return isCore(node.op) && MOVES.has(OPS[node.op].family) ? 0 : POINTWISE ** 2;
  }
}

/** The largest difference relative to the largest value, or in words what is not comparable. */
function distance(ours: HostTensor, theirs: HostTensor): number | string {
  if (ours.shape.join() !== theirs.shape.join()) return `has shape [${ours.shape}] instead of [${theirs.shape}]`;
  const [a, b] = [numbersOf(ours), numbersOf(theirs)];
  if (a.length !== b.length) return `has ${a.length} elements instead of ${b.length}`;
  const scale = b.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  let worst = 0;
  for (const [i, value] of b.entries()) {
    const own = a[i] as number;
    if (own === value || (Number.isNaN(own) && Number.isNaN(value))) continue;
    const off = Math.abs(own - value) / Math.max(scale, SMALLEST);
    if (!isFloat(theirs.type) || !Number.isFinite(off)) return `[${i}] is ${own} instead of ${value}`;
    worst = Math.max(worst, off);
  }
  return worst;
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
