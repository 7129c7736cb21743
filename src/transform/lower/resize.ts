/** Lowering of Resize and Upsample, axis by axis: nearest as Gather, linear and cubic as MatMul with a constant interpolation matrix. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, intOf, intsOf, type Node, stringOf, type Value } from '../../onnx/graph.ts';
import { bools, floats, isFloat } from '../../onnx/tensor.ts';
import { axisOf, shapeError } from '../../ops/shapes.ts';
import { upsampled } from '../../ops/upsample.ts';
import { chosen } from './choose.ts';
import type { LowerContext, Lowering } from './context.ts';
import { sizeWithin } from './limits.ts';
import { type Axis, interpolation, nearest, type Row } from './resize-weights.ts';

export const resize: Lowering = async (context) => {
  const { g, node, input, opset } = context;
  const axes = await axesOf(context);
  const mode = stringOf(node, 'mode', 'nearest');
  const outside = floatOf(node, 'extrapolation_value', 0);
  const x = input(0);
  if (mode === 'nearest') {
    const rounding = isBefore11(node, opset) ? 'simple' : stringOf(node, 'nearest_mode', 'round_prefer_floor');
    return [copied(g, x, new Map([...axes].map(([at, axis]) => [at, nearest(axis, rounding)])), outside)];
  }
  if (!isFloat(x.type)) shapeError(node, `${mode} interpolation of ${x.type} is not read`);
  const filter = {
    mode,
    cubic: floatOf(node, 'cubic_coeff_a', -0.75),
    excludesOutside: intOf(node, 'exclude_outside', 0) === 1,
    isAntialiased: intOf(node, 'antialias', 0) === 1,
  };
  let y = x;
  const rows = new Map([...axes].map(([at, axis]) => [at, interpolation(axis, filter)]));
  for (const [at, weights] of rows) y = weighted(g, y, at, weights);
  for (const [at, weights] of rows) {
    const isInside = weights.map((row) => row.size > 0);
    y = extrapolated(g, y, { at, isInside, outside });
  }
  return [y];
};

const isBefore11 = ({ op }: Node, opset: number): boolean => op === 'Upsample' || opset < 11;

/** The axes that change, by number. */
async function axesOf({ node, input, opset, numbers }: LowerContext): Promise<Map<number, Axis>> {
  const { shape } = input(0);
  const all = [...shape.keys()];
  const named = intsOf(node, 'axes', all).map((axis) => axisOf(node, axis, shape.length));
  const early = isBefore11(node, opset);
  const given = (await numbers(early ? 1 : 2)) ?? floatsOf(node, 'scales');
  const sizes = early ? undefined : await numbers(3);
  const roi = early ? [] : ((await numbers(1)) ?? []);
  const scales = sizes?.length ? scalesFor(node, named, shape, sizes) : (given ?? []).map((scale) => ({ scale, out: undefined }));
  if (scales.length !== named.length) shapeError(node, `it has ${scales.length} scales or sizes for ${named.length} axes`);
  const coordinates = early ? 'asymmetric' : stringOf(node, 'coordinate_transformation_mode', 'half_pixel');
  const found = named.map((at, i): [number, Axis] => {
    const { scale, out } = scales[i] as { scale: number; out: number | undefined };
    const size = shape[at] as number;
    const region: [number, number] = [roi[i] ?? 0, roi[i + named.length] ?? 1];
    return [
      at,
      { size, out: out ?? Math.floor(Math.fround(size * Math.fround(scale))), scale: Math.fround(scale), coordinates, roi: region },
    ];
  });
  for (const [, { out }] of found) sizeWithin(node, out);
  const isKept = ({ size, out, roi: [start, end] }: Axis): boolean =>
    size === out && (coordinates !== 'tf_crop_and_resize' || (start === 0 && end === 1));
  return new Map(found.filter(([, axis]) => !isKept(axis)));
}

function floatsOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'floats' ? attribute.value : undefined;
}

/** Scales that give these sizes, or the aspect ratio's nearest (opset 18). */
function scalesFor(
  node: Node,
  axes: readonly number[],
  shape: readonly number[],
  sizes: readonly number[],
): { scale: number; out: number }[] {
  const ratios = axes.map((axis, i) => (sizes[i] as number) / (shape[axis] as number));
  const policy = stringOf(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return ratios.map((scale, i) => ({ scale, out: sizes[i] as number }));
  const scale = Math.fround(policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios));
  return axes.map((axis) => ({ scale, out: Math.floor(Math.fround(scale * (shape[axis] as number)) + 0.5) }));
}

/** Copies along each axis; an upsampling of the last axes by whole factors is the core's own operator. */
function copied(g: GraphBuilder, x: Value, indices: ReadonlyMap<number, readonly number[]>, outside: number): Value {
  const factors = x.shape.map((size, at) => {
    const list = indices.get(at);
    if (!list) return 1;
    const factor = list.length / size;
    return Number.isInteger(factor) && list.every((index, i) => index === Math.floor(i / factor)) ? factor : 0;
  });
  if (x.type === 'float32' && factors.length > 2 && factors[0] === 1 && factors[1] === 1 && !factors.includes(0)) {
    return upsampled(g, x, factors.slice(2));
  }
  let y = x;
  for (const [at, list] of indices) y = g.node('Gather', [y, g.ints(list.map((index) => Math.max(index, 0)))], { axis: int(at) });
  for (const [at, list] of indices) y = extrapolated(g, y, { at, isInside: list.map((index) => index >= 0), outside });
  return y;
}

/** The constant outside the region that is resized. */
function extrapolated(
  g: GraphBuilder,
  y: Value,
  { at, isInside, outside }: { at: number; isInside: readonly boolean[]; outside: number },
): Value {
  if (isInside.every(Boolean)) return y;
  const mask = g.constant(bools(isInside, [isInside.length, ...y.shape.slice(at + 1).map(() => 1)]));
  return chosen(g, mask, y, g.cast(g.scalar(outside), y.type));
}

/** Interpolation matrices of more elements (4 MB) are not written down: a long signal has few weights for each output. */
const LARGEST = 2 ** 20;

/** Σ over the input of weights [out, size] along axis `at`. */
function weighted(g: GraphBuilder, x: Value, at: number, rows: readonly Row[]): Value {
  const size = x.shape[at] as number;
  if (rows.length * size > LARGEST) return byTaps(g, x, at, rows);
  const matrix = new Float64Array(rows.length * size);
  for (const [i, row] of rows.entries()) for (const [k, weight] of row) matrix[i * size + k] = weight;
  const weights = g.constant(floats(matrix, [rows.length, size], x.type));
  const rank = x.shape.length;
  if (at === rank - 1) return g.matmul(x, g.transposed(weights));
  if (at === rank - 2) return g.matmul(weights, x);
  const swap = [...x.shape.keys()].map((axis) => (axis === at ? rank - 1 : axis === rank - 1 ? at : axis));
  return g.transpose(g.matmul(g.transpose(x, swap), g.transposed(weights)), swap);
}

/** The same as a sum over the k-th weights of all outputs. */
function byTaps(g: GraphBuilder, x: Value, at: number, rows: readonly Row[]): Value {
  const taps = rows.map((row) => [...row]);
  const most = taps.reduce((max, { length }) => Math.max(max, length), 1);
  const parts = Array.from({ length: most }, (_, k) => {
    const weights = floats(
      taps.map((row) => row[k]?.[1] ?? 0),
      [rows.length, ...x.shape.slice(at + 1).map(() => 1)],
      x.type,
    );
    return g.mul(g.node('Gather', [x, g.ints(taps.map((row) => row[k]?.[0] ?? 0))], { axis: int(at) }), g.constant(weights));
  });
  return parts.reduce((sum, part) => g.add(sum, part));
}
