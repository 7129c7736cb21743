/** Scaled dot-product attention (Vaswani et al., arXiv:1706.03762, equation 1), shared by the operators that fuse it. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { listOf } from '../../ops/shapes.ts';

/** [batch, length, heads·size] as [batch, heads, length, size]. */
export function splitHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [batch, length, hidden] = x.shape as [number, number, number];
  return g.transpose(g.reshape(x, [batch, length, heads, hidden / heads]), [0, 2, 1, 3]);
}

/** [batch, heads, length, size] as [batch, length, heads·size]. */
export function mergeHeads(g: GraphBuilder, x: Value): Value {
  const [batch, heads, length, size] = x.shape as [number, number, number, number];
  return g.reshape(g.transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

export interface Attention {
  /** [batch, heads, queries, size] */
  readonly q: Value;
  /** [batch, key heads, keys, size]; a key head serves heads / key heads query heads in a row (Ainslie et al., arXiv:2305.13245). */
  readonly k: Value;
  /** [batch, key heads, keys, value size] */
  readonly v: Value;
  readonly scale: number;
  /** softcap·tanh(score/softcap) in place of the score; 0 for none. */
  readonly softcap?: number;
  /** Added to the scores; −∞ where a key is not to be seen. Broadcasts to [batch, heads, queries, keys]. */
  readonly bias?: Value | undefined;
  /** Whether the bias may hide every key from a query, whose output is then 0. */
  readonly guarded?: boolean;
}

interface Attended {
  /** [batch, heads, queries, value size] */
  readonly y: Value;
  /** The scores [batch, heads, queries, keys]: as they come, after the soft cap, after the bias, after the softmax. */
  readonly scores: readonly [Value, Value, Value, Value];
}

export function attend(g: GraphBuilder, { q, k, v, scale, softcap = 0, bias, guarded = false }: Attention): Attended {
  const raw = perKeyHead(g, g.mul(q, g.scalar(scale, q)), g.transposed(k));
  const cap = g.scalar(softcap, q);
  const capped = softcap === 0 ? raw : g.mul(cap, g.node('Tanh', [g.div(raw, cap)]));
  const hidden =
    bias && guarded ? g.equal(g.reduceMax(bias, [bias.shape.length - 1], true), g.scalar(Number.NEGATIVE_INFINITY, bias)) : undefined;
  const masked = bias ? g.add(capped, bias) : capped;
  const finite = hidden ? g.where(hidden, g.scalar(0, q), masked) : masked;
  const soft = g.node('Softmax', [finite], { axis: { kind: 'int', value: -1 } });
  const weights = hidden ? g.where(hidden, g.scalar(0, q), soft) : soft;
  return { y: perKeyHead(g, weights, v), scores: [raw, capped, masked, weights] };
}

/** a·b, where several heads of a in a row share one of b. */
function perKeyHead(g: GraphBuilder, a: Value, b: Value): Value {
  const [batch, heads, ...rows] = a.shape as [number, number, number, number];
  const keyHeads = b.shape[1] as number;
  if (heads === keyHeads) return g.matmul(a, b);
  const grouped = g.reshape(a, [batch, keyHeads, heads / keyHeads, ...rows]);
  const shared = g.reshape(b, [batch, keyHeads, 1, ...b.shape.slice(2)]);
  return g.reshape(g.matmul(grouped, shared), [batch, heads, rows[0], b.shape[3] as number]);
}

/** 0 where the condition holds, `otherwise` elsewhere. */
export function penalty(g: GraphBuilder, allowed: Value, like: Value, otherwise = Number.NEGATIVE_INFINITY): Value {
  return g.where(allowed, g.scalar(0, like), g.scalar(otherwise, like));
}

/** 0, 1, … count − 1 as int64 [count]. */
export const positions = (g: GraphBuilder, count: number): Value => g.ints(listOf(count, (i) => i));

/** Keys that a query at position p = i + offset may see: those up to p + after, or from p − before on. */
interface Window {
  /** How many keys stand before the first query: a number, or one for each row of the batch (int64). */
  readonly offset: number | Value;
  readonly after?: number;
  readonly before?: number;
}

/** Does query i see key j? [queries, keys], or [batch, 1, queries, keys] for an offset of each row. */
export function within(g: GraphBuilder, queries: number, keys: number, { offset, after = 0, before }: Window): Value {
  const rows = g.reshape(positions(g, queries), [queries, 1]);
  const start = typeof offset === 'number' ? g.scalar(offset, rows) : g.reshape(offset, [offset.shape[0] as number, 1, 1, 1]);
  const here = g.add(rows, start);
  if (before !== undefined) return g.node('GreaterOrEqual', [positions(g, keys), g.sub(here, g.scalar(before, rows))]);
  return g.node('LessOrEqual', [positions(g, keys), g.add(here, g.scalar(after, rows))]);
}
