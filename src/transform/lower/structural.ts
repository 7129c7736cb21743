/** Lowerings of operators that move, join and cut data; what shapes alone decide is decided here. */

import { GibbonError } from '../../base/errors.ts';
import { intOf, intsOf, type Node, stringOf, tensorOf, type Value } from '../../onnx/graph.ts';
import { floats, int64s, isFloat, sizeOf, widened } from '../../onnx/tensor.ts';
import { axisOf, listOf, shapeError } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';
import { trainingDropout } from './random.ts';
import { refuseMixing } from './refuse.ts';

/** Constant: a tensor, or numbers as attributes. */
export const constant: Lowering = ({ g, node }) => {
  const tensor = tensorOf(node, 'value');
  if (tensor) return [g.constant(widened(tensor))];
  const { value_float: f, value_floats: fs, value_int: i, value_ints: is } = node.attributes;
  if (f?.kind === 'float') return [g.constant(floats([f.value], []))];
  if (fs?.kind === 'floats') return [g.constant(floats(fs.value, [fs.value.length]))];
  if (i?.kind === 'int') return [g.constant(int64s([i.value], []))];
  if (is?.kind === 'ints') return [g.constant(int64s(is.value))];
  throw new GibbonError('E_MODEL_UNSUPPORTED', `Constant ${node.name} holds neither a tensor nor numbers`);
};

/** Shape is known here: a constant. */
export const shape: Lowering = ({ g, node, input }) => {
  const dims = input(0).shape;
  return [g.constant(int64s(dims.slice(intOf(node, 'start', 0), node.attributes.end ? intOf(node, 'end', dims.length) : undefined)))];
};

/** Size, which a model for one row knows as that of one row. */
export const size: Lowering = ({ g, node, input, rebatched = 1 }) => {
  if (rebatched > 1 && !g.isFixed(input(0))) refuseMixing(node);
  return [g.constant(int64s([sizeOf(input(0).shape)], []))];
};

export const constantOfShape: Lowering = async ({ g, node, numbers }) => {
  const fill = widened(tensorOf(node, 'value') ?? floats([0], [1]));
  return [g.expand(g.reshape(g.constant(fill), []), (await numbers(0)) ?? [])];
};

export const range: Lowering = async ({ g, input, numbers }) => {
  const [start, limit, delta] = [(await numbers(0))?.[0] ?? 0, (await numbers(1))?.[0] ?? 0, (await numbers(2))?.[0] ?? 1];
  const values = listOf(Math.max(0, Math.ceil((limit - start) / delta)), (i) => start + i * delta);
  return [
    isFloat(input(0).type) ? g.constant(floats(values, [values.length], input(0).type)) : g.cast(g.constant(int64s(values)), input(0).type),
  ];
};

/** Reshape: 0 copies a dimension, −1 is what is left; a dimension of 1 that a rebatched model wrote down for its batch becomes the rows. */
export const reshape: Lowering = async ({ g, node, input, numbers, rebatched }) => {
  const x = input(0);
  const listed = (await numbers(1)) ?? intsOf(node, 'shape', []);
  const copy = intOf(node, 'allowzero', 0) === 0;
  const written = listed.map((dim, i) => (dim === 0 && copy ? (x.shape[i] as number) : dim));
  const target = rebatched === undefined || rebatched === 1 ? written : forRows(written, x.shape, rebatched);
  const known = sizeOf(target.filter((dim) => dim !== -1));
  const resolved = target.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim));
  if (resolved.some((dim) => !Number.isInteger(dim)) || sizeOf(resolved) !== sizeOf(x.shape))
    shapeError(node, `[${x.shape}] does not reshape to [${listed}]`);
  return [g.reshape(x, resolved)];
};

/** The target with the rows in place of the 1 that stands where they are: behind as many elements as in the input. */
function forRows(target: readonly number[], shape: readonly number[], rows: number): readonly number[] {
  const open = target.includes(-1);
  if (!open && sizeOf(target) * rows !== sizeOf(shape)) return target;
  const at = target.findIndex((dim, i) => {
    const before = target.slice(0, i);
    return dim === 1 && !before.includes(-1) && shape.some((size, k) => size === rows && sizeOf(shape.slice(0, k)) === sizeOf(before));
  });
  return at < 0 ? target : target.with(at, rows);
}

export const flatten: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const axis = intOf(node, 'axis', 1);
  const at = axis < 0 ? axis + x.shape.length : axis;
  return [g.reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
};

export const squeeze: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const axes = ((await numbers(1)) ?? intsOf(node, 'axes'))?.map((axis) => axisOf(node, axis, x.shape.length));
  return [
    g.reshape(
      x,
      x.shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1)),
    ),
  ];
};

export const unsqueeze: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const listed = (await numbers(1)) ?? intsOf(node, 'axes', []);
  const rank = x.shape.length + listed.length;
  const axes = new Set(listed.map((axis) => axisOf(node, axis, rank)));
  const rest = [...x.shape];
  return [
    g.reshape(
      x,
      Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.shift() as number))),
    ),
  ];
};

export const transpose: Lowering = ({ g, node, input }) => {
  const x = input(0);
  return [g.transpose(x, intsOf(node, 'perm', [...x.shape.keys()].reverse()))];
};

export const concat: Lowering = ({ g, node, inputs }) => {
  const values = inputs.filter((value) => value !== undefined);
  const axis = axisOf(node, intOf(node, 'axis', 1), values[0]?.shape.length ?? 1);
  return [g.concat(values, axis)];
};

/** Split: sizes as input (opset 13) or attribute, or equal parts. */
export const split: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
  const total = x.shape[axis] as number;
  const parts = node.outputs.length;
  const even = Array.from({ length: parts }, (_, i) => Math.min(Math.ceil(total / parts), total - i * Math.ceil(total / parts)));
  const sizes = (await numbers(1)) ?? intsOf(node, 'split', even);
  return g.split(x, axis, sizes);
};

/** Slice: bounds as inputs (opset 10) or attributes; axes that are kept whole are left out. */
export const slice: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const starts = (await numbers(1)) ?? intsOf(node, 'starts', []);
  const ends = (await numbers(2)) ?? intsOf(node, 'ends', []);
  const axes = (await numbers(3)) ?? intsOf(node, 'axes', [...starts.keys()]);
  const steps = (await numbers(4)) ?? starts.map(() => 1);
  // Exporters write "to the end" as the largest int64, which a JavaScript number cannot hold.
  const bounded = (index: number): number => Math.min(Math.max(index, -(2 ** 31)), 2 ** 31 - 1);
  const cuts = starts.map((start, i) => {
    const axis = axisOf(node, axes[i] as number, x.shape.length);
    return { axis, start: bounded(start), end: bounded(ends[i] as number), step: steps[i] as number };
  });
  const real = cuts.filter(({ axis, start, end, step }) => start !== 0 || step !== 1 || end < (x.shape[axis] as number));
  if (real.length === 0) return [x];
  const list = (pick: (cut: (typeof cuts)[number]) => number): Value => g.ints(real.map(pick));
  return [g.node('Slice', [x, list((c) => c.start), list((c) => c.end), list((c) => c.axis), list((c) => c.step)])];
};

export const gather: Lowering = ({ g, node, input }) => [g.node('Gather', [input(0), input(1)], node.attributes)];

/** Pad: constant as Pad; reflect, edge and wrap as Gather with constant indices. */
export const pad: Lowering = async ({ g, node, input, inputs, numbers }) => {
  let x = input(0);
  const listed = (await numbers(1)) ?? intsOf(node, 'pads', intsOf(node, 'paddings', []));
  const rank = x.shape.length;
  const axes = ((await numbers(3)) ?? [...Array(rank).keys()]).map((axis) => axisOf(node, axis, rank));
  const pads = Array<number>(2 * rank).fill(0);
  for (const [i, axis] of axes.entries()) {
    pads[axis] = listed[i] as number;
    pads[axis + rank] = listed[i + axes.length] as number;
  }
  const mode = stringOf(node, 'mode', 'constant');
  if (mode === 'constant') {
    const value = inputs[2] ? g.reshape(inputs[2], []) : undefined;
    // A value that the data decides has a gradient of its own.
    if (value && !g.isFixed(value) && isFloat(x.type)) {
      return [g.add(g.pad(x, pads), g.mul(value, g.pad(g.zeros(x.shape, x.type), pads, g.scalar(1, x))))];
    }
    const attribute = node.attributes.value;
    return [g.pad(x, pads, value ?? (attribute?.kind === 'float' ? g.scalar(attribute.value, x) : undefined))];
  }
  for (let axis = 0; axis < rank; axis++) {
    const [begin, end] = [pads[axis] as number, pads[axis + rank] as number];
    if (begin === 0 && end === 0) continue;
    const indices = mirrored(node, mode, x.shape[axis] as number, begin, end);
    x = g.node('Gather', [x, g.ints(indices)], { axis: { kind: 'int', value: axis } });
  }
  return [x];
};

function mirrored(node: Node, mode: string, size: number, begin: number, end: number): number[] {
  return listOf(size + begin + end, (i) => {
    const at = i - begin;
    if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
    if (mode === 'wrap') return ((at % size) + size) % size;
    if (mode !== 'reflect') shapeError(node, `pad mode ${mode} is not known`);
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  });
}

export const expand: Lowering = async ({ g, input, numbers }) => {
  const x = input(0);
  const target = (await numbers(1)) ?? [];
  const rank = Math.max(target.length, x.shape.length);
  const dims = Array.from({ length: rank }, (_, i) =>
    Math.max(x.shape[i - rank + x.shape.length] ?? 1, target[i - rank + target.length] ?? 1),
  );
  return [g.expand(x, dims)];
};

export const tile: Lowering = async ({ g, input, numbers }) => [g.node('Tile', [input(0), g.ints((await numbers(1)) ?? [])])];

export const identity: Lowering = ({ input }) => [input(0)];

/** Dropout at inference passes everything; its mask is all true. */
export const dropout: Lowering = async (context) => {
  const { g, node, input, inputs, numbers } = context;
  if (inputs[2] && (await numbers(2))?.[0] === 1) return trainingDropout(context, (await numbers(1))?.[0] ?? 0.5);
  return [input(0), ...(node.outputs.length > 1 ? [g.expand(g.bool(true), input(0).shape)] : [])];
};

export const cumSum: Lowering = async ({ g, node, input, numbers }) => [
  g.node('CumSum', [input(0), g.scalar((await numbers(1))?.[0] ?? 0, { type: 'int64' })], node.attributes),
];
