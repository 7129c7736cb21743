/** Lowerings of ONNX Runtime's Attention and MultiHeadAttention, into which its optimiser fuses transformer encoders. */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, intOf, intsOf, type Node, type Value } from '../../onnx/graph.ts';
import { shapeError } from '../../ops/shapes.ts';
import { attend, mergeHeads, penalty, positions, splitHeads, within } from './attention.ts';
import type { LowerContext, Lowering } from './context.ts';

/** @throws GibbonError E_MODEL_UNSUPPORTED */
function refuse({ op, name }: Node, what: string): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name}: ${what} is not read`, {
    hint: 'Export the model without the optimisations of a transformer toolkit; the plain operators are read.',
  });
}

/** What is not attended to gets this score instead of −∞ unless the node says otherwise. */
const FILTER = -10_000;

interface Masked {
  readonly mask: Value | undefined;
  readonly bias: Value | undefined;
  readonly queries: number;
  readonly keys: number;
  readonly past: number;
}

/** Masks, the additive bias and the causal order, as one additive bias. */
function biasOf({ g, node }: LowerContext, like: Value, { mask, bias, queries, keys, past }: Masked): Value | undefined {
  const parts: Value[] = bias ? [bias] : [];
  const batch = like.shape[0] as number;
  if (mask) parts.push(penalty(g, allowedBy(g, node, mask, { batch, keys }), like, floatOf(node, 'mask_filter_value', FILTER)));
  if (intOf(node, 'unidirectional', 0) === 1) parts.push(penalty(g, within(g, queries, keys, { offset: past }), like));
  return parts.length === 0 ? undefined : parts.reduce((a, b) => g.add(a, b));
}

/** Which keys a mask lets through: lengths [B], ends and starts [2B], flags [B, keys] or [B, queries, keys]. */
function allowedBy(g: GraphBuilder, node: Node, mask: Value, { batch, keys }: { batch: number; keys: number }): Value {
  const zero = g.scalar(0, { type: 'int64' });
  const wide = g.cast(mask, 'int64');
  const rank = mask.shape.length;
  const [first, second] = mask.shape as [number, number];
  if (rank === 2) return g.greater(g.reshape(wide, [first, 1, 1, second]), zero);
  if (rank === 3) return g.greater(g.reshape(wide, [first, 1, ...mask.shape.slice(1)]), zero);
  if (rank !== 1 || first !== batch) refuse(node, `a mask of shape [${mask.shape}] for ${batch} rows`);
  return g.less(positions(g, keys), g.reshape(wide, [first, 1, 1, 1]));
}

/** Ends and starts [2B] of the keys of each row: what lies before the start is hidden too. */
function fromStarts(g: GraphBuilder, mask: Value, batch: number, keys: number): { ends: Value; hidden: Value } {
  const starts = g.reshape(g.cast(g.slice(mask, 0, batch, 2 * batch), 'int64'), [batch, 1, 1, 1]);
  return { ends: g.slice(mask, 0, 0, batch), hidden: g.node('GreaterOrEqual', [positions(g, keys), starts]) };
}

/** Attention: one product makes queries, keys and values. */
export const contribAttention: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const [x, weights] = [input(0), input(1)];
  const heads = intOf(node, 'num_heads', 1);
  if (intOf(node, 'do_rotary', 0) === 1) refuse(node, 'its rotary embedding');
  if (intOf(node, 'past_present_share_buffer', 0) === 1) refuse(node, 'a shared buffer of past and present');
  const third = (weights.shape[1] as number) / 3;
  const [qSize, kSize, vSize] = intsOf(node, 'qkv_hidden_sizes', [third, third, third]) as [number, number, number];
  const product = g.matmul(x, weights);
  const all = inputs[2] ? g.add(product, inputs[2]) : product;
  const part = (start: number, size: number): Value => splitHeads(g, g.slice(all, 2, start, start + size), heads);
  const [q, k, v] = [part(0, qSize), part(qSize, kSize), part(qSize + kSize, vSize)];
  const past = inputs[4];
  const before = (i: number): Value => g.node('Gather', [past as Value, g.scalar(i, { type: 'int64' })], { axis: int(0) });
  const [keys, values] = past ? [g.concat([before(0), k], 2), g.concat([before(1), v], 2)] : [k, v];
  const sizes = { queries: q.shape[2] as number, keys: keys.shape[2] as number, past: past ? (past.shape[3] as number) : 0 };
  const y = attended(context, { q, k: keys, v: values }, { ...sizes, mask: inputs[3], bias: inputs[5] });
  const stacked = (): Value => g.concat([g.reshape(keys, [1, ...keys.shape]), g.reshape(values, [1, ...values.shape])], 0);
  return [y, node.outputs[1] ? stacked() : undefined];
};

function attended(context: LowerContext, { q, k, v }: { q: Value; k: Value; v: Value }, masked: Masked): Value {
  const { g, node } = context;
  const batch = q.shape[0] as number;
  const ranged = masked.mask?.shape.length === 1 && masked.mask.shape[0] === 2 * batch ? masked.mask : undefined;
  const { ends, hidden } = ranged ? fromStarts(g, ranged, batch, masked.keys) : { ends: masked.mask, hidden: undefined };
  const base = biasOf(context, q, { ...masked, mask: ends });
  const late = hidden && penalty(g, hidden, q, floatOf(node, 'mask_filter_value', FILTER));
  const bias = base && late ? g.min(base, late) : base;
  const scale = floatOf(node, 'scale', 0) || 1 / Math.sqrt(q.shape[3] as number);
  return mergeHeads(g, attend(g, { q, k, v, scale, bias }).y);
}

/** MultiHeadAttention: queries, keys and values are made already; their biases stand in one vector. */
export const multiHeadAttention: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const heads = intOf(node, 'num_heads', 1);
  const [query, key, value, bias] = [input(0), inputs[1], inputs[2], inputs[3]];
  if (query.shape.length !== 3 || !key || !value) refuse(node, 'a packed form of queries, keys and values');
  let start = 0;
  const biased = (x: Value): Value => {
    if (x.shape.length === 4) return x;
    const size = x.shape[2] as number;
    start += size;
    return splitHeads(g, bias ? g.add(x, g.slice(bias, 0, start - size, start)) : x, heads);
  };
  const [q, k, v] = [biased(query), biased(key), biased(value)];
  if (q.shape[3] !== k.shape[3]) shapeError(node, `queries [${query.shape}] do not fit keys [${key.shape}]`);
  const [pastKey, pastValue] = [inputs[6], inputs[7]];
  if (inputs[8] || inputs[9]) refuse(node, 'a shared buffer of past and present');
  const keys = pastKey ? g.concat([pastKey, k], 2) : k;
  const values = pastValue ? g.concat([pastValue, v], 2) : v;
  const sizes = { queries: q.shape[2] as number, keys: keys.shape[2] as number, past: pastKey ? (pastKey.shape[2] as number) : 0 };
  return [attended(context, { q, k: keys, v: values }, { ...sizes, mask: inputs[4], bias: inputs[5] }), keys, values];
};
