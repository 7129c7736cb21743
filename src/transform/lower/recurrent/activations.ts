/** Activations of recurrent layers, by the names and parameters that LSTM, GRU and RNN nodes give them. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { float, type Node, type Value } from '../../../onnx/graph.ts';
import { shapeError } from '../../../ops/shapes.ts';

export type Activation = (x: Value) => Value;

interface Kind {
  /** Defaults of the parameters that the activation has. */
  readonly alpha?: number;
  readonly beta?: number;
  write(g: GraphBuilder, x: Value, alpha: number, beta: number): Value;
}

const plain = (op: string): Kind => ({ write: (g, x) => g.node(op, [x]) });

/** By lower-case name. */
const KINDS: Readonly<Record<string, Kind>> = {
  affine: { alpha: 1, beta: 0, write: (g, x, alpha, beta) => g.add(g.mul(x, g.scalar(alpha, x)), g.scalar(beta, x)) },
  elu: {
    alpha: 1,
    write: (g, x, alpha) => {
      const down = g.sub(g.exp(g.min(x, g.scalar(0, x))), g.scalar(1, x));
      return g.add(g.node('Relu', [x]), g.mul(down, g.scalar(alpha, x)));
    },
  },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    write: (g, x, alpha, beta) => g.node('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) }),
  },
  leakyrelu: { alpha: 0.01, write: (g, x, alpha) => g.node('LeakyRelu', [x], { alpha: float(alpha) }) },
  relu: plain('Relu'),
  scaledtanh: { alpha: 1, beta: 1, write: (g, x, alpha, beta) => g.mul(g.node('Tanh', [g.mul(x, g.scalar(beta, x))]), g.scalar(alpha, x)) },
  sigmoid: plain('Sigmoid'),
  softplus: plain('Softplus'),
  softsign: { write: (g, x) => g.div(x, g.add(g.abs(x), g.scalar(1, x))) },
  tanh: plain('Tanh'),
  thresholdedrelu: { alpha: 1, write: (g, x, alpha) => g.mul(x, g.cast(g.greater(x, g.scalar(alpha, x)), x.type)) },
};

/** The activations of every direction in turn; each takes the next of the listed alphas and betas if it has such a parameter. */
export function activationsOf(g: GraphBuilder, node: Node, fallback: readonly string[], directions: number): Activation[] {
  const { activations, activation_alpha: alphas, activation_beta: betas } = node.attributes;
  const names = activations?.kind === 'strings' ? activations.value : Array.from({ length: directions }, () => fallback).flat();
  if (names.length !== fallback.length * directions)
    shapeError(node, `${names.length} activations are given, ${fallback.length * directions} are needed`);
  const given = { alpha: alphas?.kind === 'floats' ? [...alphas.value] : [], beta: betas?.kind === 'floats' ? [...betas.value] : [] };
  return names.map((name) => {
    const kind = KINDS[name.toLowerCase()];
    if (!kind) shapeError(node, `its activation ${name} is not known`);
    const parameter = (which: 'alpha' | 'beta'): number => (kind[which] === undefined ? 0 : (given[which].shift() ?? kind[which]));
    const [alpha, beta] = [parameter('alpha'), parameter('beta')];
    return (x) => kind.write(g, x, alpha, beta);
  });
}
