/** Lowering of the ONNX operators Attention (since opset 23) and RotaryEmbedding. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, intOf, type Value } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import { attend, mergeHeads, penalty, positions, splitHeads, within } from './attention.ts';
import type { LowerContext, Lowering } from './context.ts';

export const attention: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const [heads, keyHeads] = [intOf(node, 'q_num_heads', 0), intOf(node, 'kv_num_heads', 0)];
  const flat = input(0).shape.length === 3;
  if (flat && (heads === 0 || keyHeads === 0)) shapeError(node, 'three-dimensional inputs need q_num_heads and kv_num_heads');
  const separate = (index: number, count: number): Value => (flat ? splitHeads(g, input(index), count) : input(index));
  const joined = (past: Value | undefined, now: Value): Value => (past ? g.concat([past, now], 2) : now);
  const [q, k, v] = [separate(0, heads), joined(inputs[4], separate(1, keyHeads)), joined(inputs[5], separate(2, keyHeads))];
  const { bias, guarded } = biasOf(context, q, k);
  const scale = floatOf(node, 'scale', 1 / Math.sqrt(q.shape[3] as number));
  const { y, scores } = attend(g, { q, k, v, scale, softcap: floatOf(node, 'softcap', 0), bias, guarded });
  return [flat ? mergeHeads(g, y) : y, k, v, scores[intOf(node, 'qk_matmul_output_mode', 0)]];
};

/** What mask, order, window and the number of valid keys add to the scores. */
function biasOf({ g, node, inputs }: LowerContext, q: Value, k: Value): { bias: Value | undefined; guarded: boolean } {
  const [queries, keys] = [q.shape[2] as number, k.shape[2] as number];
  const [mask, past, valid] = [inputs[3], inputs[4], inputs[6]];
  const parts: Value[] = [];
  if (mask) parts.push(toKeys(g, mask.type === 'bool' ? penalty(g, mask, q) : mask, keys));
  if (valid) parts.push(penalty(g, g.less(positions(g, keys), g.reshape(valid, [valid.shape[0] as number, 1, 1, 1])), q));
  const offset = past ? (past.shape[2] as number) : valid ? g.sub(valid, g.scalar(queries, valid)) : 0;
  const bound = (name: string): number => intOf(node, name, -1);
  const last = intOf(node, 'is_causal', 0) === 1 ? 0 : bound('right_window_size');
  if (last >= 0) parts.push(penalty(g, within(g, queries, keys, { offset, after: last }), q));
  const before = bound('left_window_size');
  if (before >= 0) parts.push(penalty(g, within(g, queries, keys, { offset, before }), q));
  const [first, ...rest] = parts;
  const guarded = mask !== undefined || valid !== undefined || before >= 0;
  return { bias: first && rest.reduce((sum, part) => g.add(sum, part), first), guarded };
}

/** A mask may be shorter than the keys (opset 24): those behind its end are hidden. */
function toKeys(g: GraphBuilder, mask: Value, keys: number): Value {
  const rank = mask.shape.length;
  const missing = keys - (mask.shape[rank - 1] as number);
  if (missing <= 0 || mask.shape[rank - 1] === 1) return mask;
  const pads = [...Array<number>(2 * rank - 1).fill(0), missing];
  return g.pad(mask, pads, g.constant(floats([Number.NEGATIVE_INFINITY], [], mask.type)));
}

/** Rotary position embedding (Su et al., arXiv:2104.09864, equation 34): pairs of elements turned by the angle of their position. */
export const rotaryEmbedding: Lowering = ({ g, node, input, inputs }) => {
  const x = input(0);
  const flat = x.shape.length === 3;
  const heads = intOf(node, 'num_heads', 0);
  if (flat && heads === 0) shapeError(node, 'a three-dimensional input needs num_heads');
  const split = flat ? splitHeads(g, x, heads) : x;
  const size = split.shape[3] as number;
  const turned = intOf(node, 'rotary_embedding_dim', 0) || size;
  const [cos, sin] = [1, 2].map((i) => cacheOf(g, input(i), inputs[3])) as [Value, Value];
  const rotated = rotate(g, g.slice(split, 3, 0, turned), { cos, sin, interleaved: intOf(node, 'interleaved', 0) === 1 });
  const y = turned === size ? rotated : g.concat([rotated, g.slice(split, 3, turned, size)], 3);
  return [flat ? mergeHeads(g, y) : y];
};

/** The cache's rows at the positions, [batch, 1, length, size/2]. */
function cacheOf(g: GraphBuilder, cache: Value, ids: Value | undefined): Value {
  const [batch, length, half] = (ids ? g.node('Gather', [cache, ids]) : cache).shape as [number, number, number];
  return g.reshape(ids ? g.node('Gather', [cache, ids]) : cache, [batch, 1, length, half]);
}

function rotate(g: GraphBuilder, x: Value, { cos, sin, interleaved }: { cos: Value; sin: Value; interleaved: boolean }): Value {
  const half = (x.shape[3] as number) / 2;
  const front = x.shape.slice(0, 3);
  const pairs = interleaved ? g.reshape(x, [...front, half, 2]) : x;
  const part = (i: number): Value =>
    interleaved ? g.reshape(g.slice(pairs, 4, i, i + 1), [...front, half]) : g.slice(x, 3, i * half, (i + 1) * half);
  const [a, b] = [part(0), part(1)];
  const [real, imaginary] = [g.sub(g.mul(cos, a), g.mul(sin, b)), g.add(g.mul(sin, a), g.mul(cos, b))];
  if (!interleaved) return g.concat([real, imaginary], 3);
  const paired = (value: Value): Value => g.reshape(value, [...front, half, 1]);
  return g.reshape(g.concat([paired(real), paired(imaginary)], 4), x.shape);
}
