/** Runs a compiled step on any number of rows, a batch at a time, and returns what it said of each: the probes' plain alternative to the scheduler. */
import { throwIfAborted } from '../../base/abort.ts';
import { GibbonError } from '../../base/errors.ts';
import { noiseFields } from '../../model/draws.ts';
import type { CompiledStep, GradientBuilder, Target } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import type { HostTensor } from '../../runtime/runtime.ts';

/** The values of a step's fields for one row. */
export type Fields = Readonly<Record<string, Float32Array | number>>;
/** The step's outputs for one row. */
export type Outputs = Readonly<Record<string, Float32Array>>;

export interface RowStep {
  /** Names the compiled graph: everything that changes the graph must be in it. */
  readonly id: string;
  readonly define: (b: GradientBuilder) => Readonly<Record<string, Value>>;
}

export interface Running {
  readonly target: Target;
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/** One run of the step for each row, whose fields may say what its noise is keyed by (its place otherwise); the last batch is filled up with copies of its first row. @throws GibbonError E_OPERATOR_UNSUPPORTED, E_ABORTED */
export async function onRows({ target, batch, signal }: Running, { id, define }: RowStep, rows: readonly Fields[]): Promise<Outputs[]> {
  const made: Outputs[] = [];
  const size = Math.min(batch, Math.max(1, rows.length));
  for (let at = 0; at < rows.length; at += size) {
    throwIfAborted(signal);
    const part = rows.slice(at, at + size);
    const step = await target.compile(id, size, define);
    const full = Array.from({ length: size }, (_, i) => part[i] ?? (part[0] as Fields));
    const keyed = full.map((row, i) => ({ ...noiseFields(0, id, at + i), ...row }));
    const outputs = await step.run(stateOf(step, target.preprocessing.shape, keyed));
    for (const i of part.keys())
      made.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, rowOf(data, i, size)])));
  }
  return made;
}

function rowOf(data: HostTensor['data'], i: number, rows: number): Float32Array {
  const width = data.length / rows;
  return Float32Array.from(data.slice(i * width, (i + 1) * width) as ArrayLike<number>, Number);
}

function stateOf({ fields, batch }: CompiledStep, shape: readonly number[], rows: readonly Fields[]): Record<string, HostTensor> {
  const state: Record<string, HostTensor> = {};
  for (const [name, kind] of fields) {
    const values = rows.map((row) => row[name]);
    if (values.some((value) => value === undefined)) throw new GibbonError('E_INTERNAL', `a row lacks the field ${name}`);
    if (kind === 'label') state[name] = { type: 'int64', shape: [batch], data: BigInt64Array.from(values as number[], BigInt) };
    else if (kind === 'scalar') state[name] = { type: 'float32', shape: [batch], data: Float32Array.from(values as number[]) };
    else state[name] = { type: 'float32', shape: [batch, ...shape], data: joined(values as Float32Array[]) };
  }
  return state;
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) data.set(row, i * size);
  return data;
}
