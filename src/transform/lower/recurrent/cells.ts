/** The cells of LSTM (Hochreiter & Schmidhuber 1997), GRU (Cho et al., arXiv:1406.1078) and plain recurrent layers. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, intOf, type Value } from '../../../onnx/graph.ts';
import type { Activation } from './activations.ts';
import { type Cell, type CellParts, recurrent } from './unroll.ts';

/** x + h·Rᵀ, with R [rows, hidden]. */
const plusRecurrent = (g: GraphBuilder, x: Value, h: Value, r: Value): Value => g.node('Gemm', [h, r, x], { transB: int(1) });

/** h = f(x + h·Rᵀ) */
export const rnn = recurrent({
  gates: 1,
  activations: ['Tanh'],
  initial: [5],
  make: ({ g, r, clip, activations: [f] }) => {
    const activate = f as Activation;
    return (x, [h]) => [activate(clip(plusRecurrent(g, x, h as Value, r)))];
  },
});

/** Gates i, o, f, c: c = f·c + i·g, h = o·tanh(c); peepholes [i, o, f] let the gates see the memory. As in ONNX Runtime, the memory itself is not clipped. */
export const lstm = recurrent({
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [5, 6],
  peepholes: 7,
  make: (parts): Cell => {
    const { g, node, hidden, r, clip, peepholes } = parts;
    const [f, gate, out] = parts.activations as [Activation, Activation, Activation];
    const peeps = peepholes && g.split(peepholes, 0, [hidden, hidden, hidden]);
    const seen = (x: Value, which: number, c: Value): Value => (peeps ? g.add(x, g.mul(peeps[which] as Value, c)) : x);
    const coupled = intOf(node, 'input_forget', 0) === 1;
    return (x, state) => {
      const [h, c] = state as [Value, Value];
      const [xi, xo, xf, xc] = g.split(plusRecurrent(g, x, h, r), 1, Array(4).fill(hidden)) as [Value, Value, Value, Value];
      const i = f(clip(seen(xi, 0, c)));
      const forget = coupled ? g.sub(g.scalar(1, i), i) : f(clip(seen(xf, 2, c)));
      const next = g.add(g.mul(forget, c), g.mul(i, gate(clip(xc))));
      const o = f(clip(seen(xo, 1, next)));
      return [g.mul(o, out(next)), next];
    };
  },
});

/** Gates z, r, h: h = (1 − z)·ĥ + z·h; the reset comes before the recurrent product, or (linear_before_reset) after it. */
export const gru = recurrent({
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  initial: [5],
  separate: (node) => intOf(node, 'linear_before_reset', 0) === 1,
  make: (parts): Cell => {
    const { g, r, hidden, clip, bias } = parts;
    const [f, gate] = parts.activations as [Activation, Activation];
    const candidate = candidateOf(parts);
    const gates = g.slice(r, 0, 0, 2 * hidden);
    const gateBias = bias && g.slice(bias, 0, 0, 2 * hidden);
    return (x, state) => {
      const h = state[0] as Value;
      const [xzr, xh] = g.split(x, 1, [2 * hidden, hidden]) as [Value, Value];
      const sums = plusRecurrent(g, gateBias ? g.add(xzr, gateBias) : xzr, h, gates);
      const [z, reset] = g.split(f(clip(sums)), 1, [hidden, hidden]) as [Value, Value];
      const hat = gate(clip(candidate(xh, h, reset)));
      return [g.add(hat, g.mul(z, g.sub(h, hat)))];
    };
  },
});

/** What enters the activation of the candidate state. */
function candidateOf({ g, node, r, hidden, bias }: CellParts): (x: Value, h: Value, reset: Value) => Value {
  const own = g.slice(r, 0, 2 * hidden, 3 * hidden);
  if (intOf(node, 'linear_before_reset', 0) !== 1) return (x, h, reset) => plusRecurrent(g, x, g.mul(reset, h), own);
  const ownBias = bias && g.slice(bias, 0, 2 * hidden, 3 * hidden);
  return (x, h, reset) => {
    const product = ownBias ? plusRecurrent(g, ownBias, h, own) : g.matmul(h, g.transposed(own));
    return g.add(x, g.mul(reset, product));
  };
}
