/** Recurrent layers: directions, initial states, lengths, peepholes, activations, clipping. */
import { type Attribute, type Attributes, float, int, str } from '../../../src/onnx/graph.ts';
import type { Given, Lowered } from '../expect-lowering.ts';
import { signed, typed } from './tensors.ts';

const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
type Kind = keyof typeof GATES;

const TIME = 4;
const BATCH = 3;
const WIDTH = 5;
const HIDDEN = 2;

const strings = (...value: string[]): Attribute => ({ kind: 'strings', value });
const listed = (...value: number[]): Attribute => ({ kind: 'floats', value });
const lengths = { fed: typed('int32', Int32Array.of(4, 2, 3), [BATCH]) };

interface Options {
  readonly opset?: number;
  readonly directions?: number;
  readonly bias?: boolean;
  readonly lengths?: Given;
  readonly initial?: boolean;
  readonly peepholes?: boolean;
}

function layer(op: Kind, attributes: Attributes = {}, { opset = 14, directions = 1, ...more }: Options = {}): Lowered {
  const rows = GATES[op] * HIDDEN;
  const state = [directions, BATCH, HIDDEN];
  const memory = op === 'LSTM' ? [more.initial ? state : undefined, more.peepholes ? signed([directions, 3 * HIDDEN], 4) : undefined] : [];
  const inputs: Given[] = [
    [TIME, BATCH, WIDTH],
    signed([directions, rows, WIDTH]),
    signed([directions, rows, HIDDEN], 2),
    more.bias === false ? undefined : signed([directions, 2 * rows], 3),
    more.lengths,
    more.initial ? state : undefined,
    ...memory,
  ];
  const outputs = op === 'LSTM' ? 3 : 2;
  return { op, opset, inputs, outputs, attributes: { hidden_size: int(HIDDEN), ...attributes } };
}

const both = { direction: str('bidirectional') };
const backwards = { direction: str('reverse') };

const ofKind = (op: Kind): Lowered[] => [
  layer(op),
  layer(op, {}, { opset: 7, bias: false }),
  layer(op, backwards, { initial: true }),
  layer(op, both, { directions: 2, initial: true, opset: 22 }),
  layer(op, {}, { lengths }),
  layer(op, both, { directions: 2, lengths, initial: true }),
  layer(op, { clip: float(0.4) }, { initial: true }),
];

export const RECURRENT: readonly Lowered[] = [
  ...ofKind('RNN'),
  ...ofKind('GRU'),
  ...ofKind('LSTM'),
  ...['Relu', 'Sigmoid', 'Softsign', 'Softplus'].map((name) => layer('RNN', { activations: strings(name) })),
  ...['LeakyRelu', 'Elu', 'ThresholdedRelu'].map((name) => layer('RNN', { activations: strings(name), activation_alpha: listed(0.3) })),
  ...['Affine', 'HardSigmoid', 'ScaledTanh'].map((name) =>
    layer('RNN', { activations: strings(name), activation_alpha: listed(0.3), activation_beta: listed(0.6) }),
  ),
  layer('RNN', { ...both, activations: strings('Relu', 'LeakyRelu'), activation_alpha: listed(0.3) }, { directions: 2 }),
  layer('GRU', { linear_before_reset: int(1) }, { initial: true }),
  layer('GRU', { linear_before_reset: int(1), ...both }, { directions: 2, lengths }),
  layer('GRU', { linear_before_reset: int(1) }, { bias: false }),
  layer('GRU', { linear_before_reset: int(1), clip: float(0.4) }),
  layer('GRU', { activations: strings('HardSigmoid', 'Softsign'), activation_alpha: listed(0.3), activation_beta: listed(0.4) }),
  layer('LSTM', {}, { peepholes: true }),
  layer('LSTM', both, { directions: 2, peepholes: true, initial: true, lengths }),
  layer('LSTM', { clip: float(0.3) }, { peepholes: true }),
  layer('LSTM', { input_forget: int(1) }),
  layer('LSTM', { activations: strings('HardSigmoid', 'Tanh', 'Relu') }),
];
