/** Finds x·σ(x), and x·(1 + erf(x/√2))/2 with its approximation by tanh, as exporters write them. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { str, type Value } from '../../onnx/graph.ts';
import { numbers } from '../../onnx/tensor.ts';
import type { Gate } from '../../ops/gated.ts';
import type { Rewriting } from './rewriting.ts';

/** Constants of exporters agree to float32. */
const CLOSE = 1e-6;

/** A node Mul(x, x) with the attribute `gate`, times a constant, in place of a product of two values; undefined for other nodes. */
export function gated({ g, node, inputs, varies }: Rewriting): Value | undefined {
  if (node.op !== 'Mul' || !varies(0) || !varies(1)) return undefined;
  const [a, b] = inputs as readonly [Value, Value];
  // A factor may belong to x itself, or to the product: (x/2)·(1 + erf(x/√2)).
  const [left, right] = [scaledOf(g, a), scaledOf(g, b)];
  const scale = left.scale * right.scale;
  const made =
    byGate(g, a, b, 1) ?? byGate(g, b, a, 1) ?? byGate(g, left.value, right.value, scale) ?? byGate(g, right.value, left.value, scale);
  if (!made) return undefined;
  const whole = g.node('Mul', [made.x, made.x], { gate: str(made.gate) });
  return made.scale === 1 ? whole : g.mul(whole, g.scalar(made.scale, whole));
}

/** x·gate(x)·scale, where that is what x and `other` make with the factor `scale`. */
function byGate(g: GraphBuilder, x: Value, other: Value, scale: number): { x: Value; gate: Gate; scale: number } | undefined {
  const maker = g.producer(other);
  if (maker?.op === 'Sigmoid' && maker.inputs[0] === x.name) return { x, gate: 'silu', scale };
  if (maker?.op !== 'Add') return undefined;
  const inner = plusConstant(g, other);
  if (!inner || !isClose(inner.constant, 1)) return undefined;
  const curve = g.producer(inner.value);
  if (curve?.op !== 'Erf' && curve?.op !== 'Tanh') return undefined;
  const argument = g.value(curve.inputs[0] as string);
  if (curve.op === 'Erf') {
    const of = scaledOf(g, argument);
    return of.value.name === x.name && isClose(of.scale, Math.SQRT1_2) ? { x, gate: 'gelu', scale: rounded(2 * scale) } : undefined;
  }
  return isCubic(g, argument, x) ? { x, gate: 'tanh-gelu', scale: rounded(2 * scale) } : undefined;
}

/** √(2/π)·(x + 0.044715·x³), or the same with the factor inside, x·(1 + 0.044715·x²) */
function isCubic(g: GraphBuilder, argument: Value, x: Value): boolean {
  const { value, scale } = scaledOf(g, argument);
  const sum = g.producer(value);
  if (sum?.op !== 'Add' || !isClose(scale, Math.sqrt(2 / Math.PI))) return false;
  const [a, b] = sum.inputs.map((name) => g.value(name)) as [Value, Value];
  const cube = a.name === x.name ? b : b.name === x.name ? a : undefined;
  if (!cube) return false;
  const of = scaledOf(g, cube);
  return isClose(of.scale, 0.044715) && powerOf(g, of.value, x) === 3;
}

/** k where the value is x^k by products and powers. */
function powerOf(g: GraphBuilder, value: Value, x: Value): number | undefined {
  if (value.name === x.name) return 1;
  const maker = g.producer(value);
  if (maker?.op !== 'Mul') return undefined;
  const [a, b] = maker.inputs.map((name) => powerOf(g, g.value(name), x));
  return a === undefined || b === undefined ? undefined : a + b;
}

/** value·scale, all constant factors taken out. */
function scaledOf(g: GraphBuilder, value: Value): { value: Value; scale: number } {
  const maker = g.producer(value);
  if (maker?.op !== 'Mul' && maker?.op !== 'Div') return { value, scale: 1 };
  const [a, b] = maker.inputs.map((name) => g.value(name)) as [Value, Value];
  const [left, right] = [constantOf(g, a), constantOf(g, b)];
  if (right !== undefined) {
    const inner = scaledOf(g, a);
    return { ...inner, scale: maker.op === 'Mul' ? inner.scale * right : inner.scale / right };
  }
  if (left === undefined || maker.op === 'Div') return { value, scale: 1 };
  const inner = scaledOf(g, b);
  return { ...inner, scale: inner.scale * left };
}

function plusConstant(g: GraphBuilder, value: Value): { value: Value; constant: number } | undefined {
  const [a, b] = (g.producer(value)?.inputs ?? []).map((name) => g.value(name)) as [Value, Value];
  const [left, right] = [constantOf(g, a), constantOf(g, b)];
  if (right !== undefined) return { value: a, constant: right };
  return left === undefined ? undefined : { value: b, constant: left };
}

/** The number that all elements of a constant are. */
function constantOf(g: GraphBuilder, value: Value): number | undefined {
  const tensor = g.tensor(value);
  if (!tensor || tensor.shape.some((dim) => dim !== 1)) return undefined;
  return numbers(tensor)[0];
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= CLOSE * Math.abs(b);
const rounded = (scale: number): number => (isClose(scale, 1) ? 1 : scale);
