/**
 * x·Φ(x) and its like: products of a value with a function of itself. A node Mul(x, x) with the attribute `gate`, which only the form for bounds has
 * (`transform/bounds/bound-form.ts`), stands for such a product, so that its lines are those of one curve.
 */
import type { GraphBuilder } from '../onnx/build.ts';
import { type Node, stringOf, type Value } from '../onnx/graph.ts';
import type { KernelError } from './rule.ts';
import type { SmoothCurve } from './sampled-curve.ts';

export type Gate = 'gelu' | 'tanh-gelu' | 'silu';

export interface Gated {
  readonly curve: SmoothCurve;
  readonly kernelError: KernelError;
}

/** x·(1 + erf(x/√2))/2; f'' = φ(x)·(2 − x²), between −2φ(2) and 2φ(0) */
const gelu: Gated = {
  curve: {
    at: (g, x) => g.mul(x, normal(g, x)),
    slope: (g, x) => g.add(normal(g, x), g.mul(x, density(g, x))),
    bends: { down: 0.10799, up: 0.79789 },
    least: -0.17,
  },
  // Half the error of Erf times |x|, where that is not yet constant.
  kernelError: { absolute: 5e-7, relative: 5e-7 },
};

/** x·(1 + tanh(√(2/π)·(x + 0.044715x³)))/2 */
const tanhGelu: Gated = {
  curve: {
    at: (g, x) => g.mul(x, gate(g, x)),
    slope: (g, x) => {
      const y = gate(g, x);
      const steep = g.mul(g.scalar(2 * ROOT, x), g.add(g.scalar(1, x), g.mul(g.scalar(3 * CUBIC, x), g.mul(x, x))));
      return g.add(y, g.mul(x, g.mul(steep, g.mul(y, g.sub(g.scalar(1, y), y)))));
    },
    bends: { down: 0.13, up: 0.8 },
    least: -0.1701,
  },
  kernelError: { absolute: 8e-6, relative: 2e-6 },
};

/** x·σ(x) */
const silu: Gated = {
  curve: {
    at: (g, x) => g.mul(x, g.node('Sigmoid', [x])),
    slope: (g, x) => {
      const [y, rest] = [g.node('Sigmoid', [x]), g.node('Sigmoid', [g.neg(x)])];
      return g.mul(y, g.add(g.scalar(1, x), g.mul(x, rest)));
    },
    bends: { down: 0.1, up: 0.5 },
    least: -0.2785,
  },
  kernelError: { absolute: 1.3e-5, relative: 1e-6 },
};

const GATES: Readonly<Record<Gate, Gated>> = { gelu, 'tanh-gelu': tanhGelu, silu };

export function gatedOf(node: Node): Gated | undefined {
  return GATES[stringOf(node, 'gate', '') as Gate];
}

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function normal(g: GraphBuilder, x: Value): Value {
  const erf = g.node('Erf', [g.mul(x, g.scalar(Math.SQRT1_2, x))]);
  return g.mul(g.add(erf, g.scalar(1, x)), g.scalar(0.5, x));
}

function density(g: GraphBuilder, x: Value): Value {
  return g.mul(g.exp(g.mul(g.mul(x, x), g.scalar(-0.5, x))), g.scalar(1 / Math.sqrt(2 * Math.PI), x));
}

/** (1 + tanh z)/2 = σ(2z) */
function gate(g: GraphBuilder, x: Value): Value {
  const cube = g.mul(g.mul(x, x), x);
  return g.node('Sigmoid', [g.mul(g.add(x, g.mul(cube, g.scalar(CUBIC, x))), g.scalar(2 * ROOT, x))]);
}
