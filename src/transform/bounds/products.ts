/** Quotients, powers and matrix products of values that both depend on the input, as products element by element. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, intOf, type Value } from '../../onnx/graph.ts';
import { numbers } from '../../onnx/tensor.ts';
import type { Rewrite } from './rewriting.ts';

/** Larger exponents take more products than their bounds are worth. */
const HIGHEST = 16;

export const products: Readonly<Record<string, Rewrite>> = {
  Div: ({ g, inputs, varies }) => {
    const [a, b] = inputs as readonly [Value, Value];
    return varies(1) ? g.mul(a, g.node('Reciprocal', [b])) : undefined;
  },
  Pow: ({ g, inputs, varies }) => {
    const [x, exponent] = inputs as readonly [Value, Value];
    const tensor = varies(1) ? undefined : g.tensor(exponent);
    const [power, ...others] = new Set(tensor ? numbers(tensor) : []);
    const known = power !== undefined && others.length === 0 ? powerOf(g, x, power) : undefined;
    return known && g.expand(known, output(x, exponent));
  },
  MatMul: ({ g, inputs, varies }) => (varies(0) && varies(1) ? matmul(g, inputs[0] as Value, inputs[1] as Value) : undefined),
  Gemm: ({ g, node, inputs, varies }) => {
    if (!varies(0) || !varies(1)) return undefined;
    const side = (index: number, name: string): Value => {
      const value = inputs[index] as Value;
      return intOf(node, name, 0) ? g.transposed(value) : value;
    };
    const product = matmul(g, side(0, 'transA'), side(1, 'transB'));
    const scaled = g.mul(product, g.scalar(floatOf(node, 'alpha', 1), product));
    const bias = inputs[2];
    return bias ? g.add(scaled, g.mul(bias, g.scalar(floatOf(node, 'beta', 1), bias))) : scaled;
  },
};

function output({ shape }: Value, exponent: Value): readonly number[] {
  return exponent.shape.length <= shape.length ? shape : [...Array(exponent.shape.length - shape.length).fill(1), ...shape];
}

/** Whole powers and square roots; undefined for others. */
function powerOf(g: GraphBuilder, x: Value, power: number): Value | undefined {
  if (power < 0) {
    const inverse = powerOf(g, x, -power);
    return inverse && g.node('Reciprocal', [inverse]);
  }
  if (power === 0.5) return g.sqrt(x);
  if (power === 1) return x;
  if (!Number.isInteger(power) || power === 0 || power > HIGHEST) return undefined;
  const half = powerOf(g, x, power >> 1) ?? x;
  const square = g.mul(half, half);
  return power % 2 === 0 ? square : g.mul(square, x);
}

/** Σ_k a[…, m, k]·b[…, k, n] */
function matmul(g: GraphBuilder, a: Value, b: Value): Value {
  const [rows, columns] = [g.reshape(a, [...a.shape, 1]), g.reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)])];
  const all = g.mul(rows, columns);
  return g.sum(all, [all.shape.length - 2]);
}
