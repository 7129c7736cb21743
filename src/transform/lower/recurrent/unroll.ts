/** Recurrent layers as one copy of their cell for each step of the (static) time dimension. */
import { GibbonError } from '../../../base/errors.ts';
import type { GraphBuilder } from '../../../onnx/build.ts';
import { floatOf, intOf, type Node, stringOf, type Value } from '../../../onnx/graph.ts';
import type { LowerContext, Lowering } from '../context.ts';
import { type Activation, activationsOf } from './activations.ts';

/**
 * Steps of all directions together. ONNX Runtime's time to load the step graph grows with their square: for an LSTM 0.4 s of CPU time for
 * 200 steps, 2.4 s for 512, 9.7 s for 1024.
 */
const STEPS = 1024;

/** What a cell is made from, for one direction. */
export interface CellParts {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly hidden: number;
  /** Recurrent weights [gates·hidden, hidden]. */
  readonly r: Value;
  /** Recurrent bias [gates·hidden], where there are biases and the cell keeps them apart (`separate`). */
  readonly bias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly activations: readonly Activation[];
  /** The node's clipping of what enters an activation. */
  clip(x: Value): Value;
}

/** The state after a step, one value [batch, hidden] for each of the cell's memories, the hidden state first. */
export type State = readonly Value[];

/** One step: the input's share of all gates [batch, gates·hidden] and the state before → the state after. */
export type Cell = (x: Value, state: State) => State;

export interface CellKind {
  readonly gates: number;
  /** Default activations of one direction. */
  readonly activations: readonly string[];
  /** Inputs that hold the initial memories, and the one that holds the peepholes. */
  readonly initial: readonly number[];
  readonly peepholes?: number;
  /** Whether the recurrent bias stays with the recurrent product. */
  readonly separate?: (node: Node) => boolean;
  make(parts: CellParts): Cell;
}

interface Direction {
  readonly context: LowerContext;
  readonly kind: CellKind;
  readonly x: Value;
  readonly index: number;
  readonly reverse: boolean;
  readonly activations: readonly Activation[];
}

/** Lowers LSTM, GRU and RNN nodes: outputs [time, directions, batch, hidden] and the last state of each memory [directions, batch, hidden]. */
export const recurrent =
  (kind: CellKind): Lowering =>
  (context) => {
    const { g, node, input } = context;
    const batchFirst = intOf(node, 'layout', 0) === 1;
    const x = batchFirst ? g.transpose(input(0), [1, 0, 2]) : input(0);
    const order = stringOf(node, 'direction', 'forward').toLowerCase();
    const directions = order === 'bidirectional' ? 2 : 1;
    const steps = (x.shape[0] as number) * directions;
    if (steps > STEPS) tooLong(node, steps);
    const activations = activationsOf(g, node, kind.activations, directions);
    const per = kind.activations.length;
    const runs = Array.from({ length: directions }, (_, index) =>
      run({
        context,
        kind,
        x,
        index,
        reverse: order === 'reverse' || index === 1,
        activations: activations.slice(index * per, index * per + per),
      }),
    );
    const y = node.outputs[0]
      ? g.concat(
          runs.map((one) => sequence(g, one.outputs)),
          1,
        )
      : undefined;
    const last = kind.initial.map((_, i) => {
      const states = runs.map(({ state }) => state[i] as Value);
      return g.concat(
        states.map((value) => g.reshape(value, [1, ...value.shape])),
        0,
      );
    });
    if (!batchFirst) return [y, ...last];
    return [y && g.transpose(y, [2, 0, 1, 3]), ...last.map((value) => g.transpose(value, [1, 0, 2]))];
  };

function tooLong({ op, name }: Node, steps: number): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name} runs over ${steps} steps; at most ${STEPS} are unrolled`, {
    hint: 'Audit the model with shorter inputs, or without gradients.',
  });
}

/** Outputs [batch, hidden] of all steps as [time, 1, batch, hidden]. */
const sequence = (g: GraphBuilder, outputs: readonly Value[]): Value =>
  g.concat(
    outputs.map((value) => g.reshape(value, [1, 1, ...value.shape])),
    0,
  );

/** Runs one direction; steps behind a row's length leave its state alone and return 0. */
function run(direction: Direction): { outputs: readonly Value[]; state: State } {
  const { context, kind, x, index, reverse } = direction;
  const { g, inputs } = context;
  const [time, batch] = x.shape as [number, number, number];
  const { cell, shares, hidden } = prepared(direction);
  let state: State = kind.initial.map((at) => {
    const initial = inputs[at];
    if (!initial) return g.zeros([batch, hidden], x.type);
    const own = intOf(context.node, 'layout', 0) === 1 ? g.transpose(initial, [1, 0, 2]) : initial;
    return g.expand(piece(g, own, index), [batch, hidden]);
  });
  const outputs = new Array<Value>(time);
  const lengths = inputs[4] && g.reshape(g.cast(inputs[4], 'int64'), [inputs[4].shape[0] as number, 1]);
  for (let i = 0; i < time; i++) {
    const t = reverse ? time - 1 - i : i;
    const share = shares[t] as Value;
    const next = cell(g.reshape(share, share.shape.slice(1)), state);
    const within = lengths && g.greater(lengths, g.scalar(t, lengths));
    const before = state;
    state = within ? next.map((value, k) => g.where(within, value, before[k] as Value)) : next;
    outputs[t] = within ? g.where(within, next[0] as Value, g.scalar(0, x)) : (next[0] as Value);
  }
  return { outputs, state };
}

/** The slice of one direction of a tensor [directions, …]. */
function piece(g: GraphBuilder, x: Value, index: number): Value {
  return g.reshape((x.shape[0] as number) === 1 ? x : g.slice(x, 0, index, index + 1), x.shape.slice(1));
}

/** The cell of one direction, and the input's share of the gates for each step: one product for all of them. */
function prepared({ context, kind, x, index, activations }: Direction): { cell: Cell; shares: readonly Value[]; hidden: number } {
  const { g, node, inputs, input } = context;
  const [w, r] = [piece(g, input(1), index), piece(g, input(2), index)];
  const hidden = r.shape[1] as number;
  const rows = kind.gates * hidden;
  const both = inputs[3] && piece(g, inputs[3], index);
  const [own, recurrentBias] = both ? g.split(both, 0, [rows, rows]) : [];
  const separate = kind.separate?.(node) ?? false;
  const bias = own && recurrentBias && !separate ? g.add(own, recurrentBias) : own;
  const product = g.matmul(x, g.transposed(w));
  const shares = g.split(bias ? g.add(product, bias) : product, 0, Array<number>(x.shape[0] as number).fill(1));
  const limit = floatOf(node, 'clip', 0);
  const peepholes = kind.peepholes === undefined ? undefined : inputs[kind.peepholes];
  const cell = kind.make({
    g,
    node,
    hidden,
    r,
    bias: separate ? recurrentBias : undefined,
    peepholes: peepholes && piece(g, peepholes, index),
    activations,
    clip: (value) => (limit > 0 ? g.clip(value, -limit, limit) : value),
  });
  return { cell, shares, hidden };
}
