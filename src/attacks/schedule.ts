/** Runs step attacks: all state is per row, a finished row's slot is refilled from the queue, nothing is spent on what is already broken. */
import { throwIfAborted } from '../base/abort.ts';
import { GibbonError } from '../base/errors.ts';
import type { CompiledStep, Cost } from '../model/target.ts';
import type { HostTensor } from '../runtime/runtime.ts';

/** One row of work: the values of the step's fields, and how many steps it gets. */
export interface Row {
  readonly index: number;
  readonly fields: Readonly<Record<string, Float32Array | number>>;
  readonly steps: number;
  /** Runs to its last step, whatever the step says of success. */
  readonly blind?: boolean;
}

export interface Finished {
  readonly row: Row;
  /** The field `x` at the end: the first point that fooled the model, or the last one. */
  readonly x: Float32Array;
  readonly steps: number;
  /** What each of them cost. */
  readonly cost: Cost;
  /** Did the step say that x fools the model? */
  readonly success: boolean;
  /** The scalar fields that belong to x. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Largest absolute gradient at the first step (NaN or Infinity as they come); undefined where the step reports none. */
  readonly slope: number | undefined;
}

interface Slot {
  row: Row;
  step: number;
  slope: number | undefined;
}

export interface Schedule {
  /** Falling batch sizes; the smallest that holds the rest of the work is used. */
  readonly sizes: readonly number[];
  /** The step for a batch size, asked for when it is first needed. */
  readonly compile: (batch: number) => Promise<CompiledStep>;
  readonly shape: readonly number[];
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (() => void) | undefined;
  readonly onFinished: (finished: Finished) => void | Promise<void>;
}

/**
 * Runs rows to their end. A step's outputs named like its fields are the next state; `success` [B] says of the *incoming* x that it fools
 * the model (the row then ends with it); `ended` [B] says that the row's own search is over (it ends with the state that the step has made);
 * `slope` [B] reports the gradient's size.
 */
export async function schedule({ sizes, compile, shape, signal, onStep, onFinished }: Schedule, rows: readonly Row[]): Promise<void> {
  const queue = [...rows].reverse();
  let slots: (Slot | undefined)[] = [];
  let state: State | undefined;
  for (;;) {
    throwIfAborted(signal);
    const active = slots.filter((slot) => slot !== undefined).length;
    const left = active + queue.length;
    if (left === 0) return;
    const batch = sizes.findLast((size) => size >= left) ?? (sizes[0] as number);
    if (state?.step.batch !== batch) ({ state, slots } = moved(await compile(batch), shape, state, slots));
    refill(state, slots, queue);
    const made = await state.step.run(state.tensors);
    onStep?.();
    for (const finished of advance(state, slots, made)) await onFinished(finished);
  }
}

interface State {
  readonly step: CompiledStep;
  readonly size: number;
  tensors: Record<string, HostTensor>;
}

/** Empty state for a step, with the active rows of an earlier batch size copied over. */
function moved(
  step: CompiledStep,
  shape: readonly number[],
  old: State | undefined,
  slots: readonly (Slot | undefined)[],
): { state: State; slots: (Slot | undefined)[] } {
  const { batch } = step;
  const size = shape.reduce((a, b) => a * b, 1);
  const tensors: Record<string, HostTensor> = {};
  for (const [name, kind] of step.fields) {
    if (kind === 'input') tensors[name] = { type: 'float32', shape: [batch, ...shape], data: new Float32Array(batch * size) };
    else if (kind === 'scalar') tensors[name] = { type: 'float32', shape: [batch], data: new Float32Array(batch) };
    else tensors[name] = { type: 'int64', shape: [batch], data: new BigInt64Array(batch) };
  }
  const state = { step, size, tensors };
  const kept: (Slot | undefined)[] = Array<Slot | undefined>(batch).fill(undefined);
  let at = 0;
  for (const [i, slot] of slots.entries()) {
    if (!slot || !old) continue;
    for (const [name, tensor] of Object.entries(tensors)) {
      const width = tensor.data.length / batch;
      const from = (old.tensors[name] as HostTensor).data.subarray(i * width, (i + 1) * width);
      (tensor.data as Float32Array).set(from as Float32Array, at * width);
    }
    kept[at++] = slot;
  }
  return { state, slots: kept };
}

function refill({ step, tensors }: State, slots: (Slot | undefined)[], queue: Row[]): void {
  for (let i = 0; i < slots.length && queue.length > 0; i++) {
    if (slots[i]) continue;
    const row = queue.pop() as Row;
    slots[i] = { row, step: 0, slope: undefined };
    for (const [name, kind] of step.fields) {
      const value = row.fields[name];
      if (value === undefined) throw new GibbonError('E_INTERNAL', `a row lacks the field ${name}`);
      const { data } = tensors[name] as HostTensor;
      if (kind === 'label') (data as BigInt64Array)[i] = BigInt(value as number);
      else if (typeof value === 'number') (data as Float32Array)[i] = value;
      else (data as Float32Array).set(value, i * value.length);
    }
  }
}

function advance(state: State, slots: (Slot | undefined)[], made: Readonly<Record<string, HostTensor>>): Finished[] {
  const finished: Finished[] = [];
  const before = state.tensors;
  const success = made.success?.data;
  const ended = made.ended?.data;
  const slopes = made.slope?.data;
  state.tensors = Object.fromEntries(Object.entries(before).map(([name, tensor]) => [name, made[name] ?? tensor]));
  for (const [i, slot] of slots.entries()) {
    if (!slot) continue;
    slot.step++;
    if (slot.step === 1 && slopes) slot.slope = slopes[i] as number;
    const hit = success !== undefined && success[i] !== 0 && slot.row.blind !== true;
    const isOver = slot.step >= slot.row.steps || (ended !== undefined && ended[i] !== 0);
    if (!hit && !isOver) continue;
    slots[i] = undefined;
    const held = hit ? before : state.tensors;
    const x = ((held.x as HostTensor).data as Float32Array).slice(i * state.size, (i + 1) * state.size);
    const scalars = scalarsAt(state.step, held, i);
    finished.push({ row: slot.row, x, steps: slot.step, cost: state.step.cost, success: hit, scalars, slope: slot.slope });
  }
  return finished;
}

function scalarsAt({ fields }: CompiledStep, tensors: Readonly<Record<string, HostTensor>>, at: number): Record<string, number> {
  const names = [...fields].filter(([, kind]) => kind === 'scalar').map(([name]) => name);
  return Object.fromEntries(names.map((name) => [name, (tensors[name] as HostTensor).data[at] as number]));
}
