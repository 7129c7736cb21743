/** Rows of one model as rows of another for the same task, as a graph: other layouts, channel orders, sizes, and orders of columns. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats, int64s, sizeOf } from '../onnx/tensor.ts';
import { interpolation } from './interpolation.ts';
import type { EncodedColumn, PortsEncoding } from './ports-encoding.ts';
import type { Preprocessing } from './preprocessing.ts';
import { imageSize } from './rows.ts';

/** Maps rows x [B, …from] to rows [B, …to], both before normalisation. */
export type Bridge = (g: GraphBuilder, x: Value) => Value;

/** The way from one form of rows to another, or why there is none. */
export function bridgeBetween(from: Preprocessing, to: Preprocessing): { readonly bridge: Bridge } | { readonly reason: string } {
  if (from.modality !== to.modality) return { reason: `it takes ${to.modality} data, the audited model ${from.modality}` };
  if (from.modality === 'text') return { reason: 'perturbations of text do not pass through gradients' };
  const [a, b] = [portsOf(from), portsOf(to)];
  if (a || b) return a && b ? columnsBridge(a, b) : { reason: 'only one of the two models takes columns' };
  if (from.modality === 'image') return imageBridge(from, to);
  if (from.modality === 'waveform') return { bridge: (g, x) => waveformRows(g, x, to.shape) };
  if (sizeOf(from.shape) === sizeOf(to.shape)) return { bridge: (g, x) => g.reshape(x, [x.shape[0] as number, ...to.shape]) };
  return { reason: `it takes inputs of [${to.shape.join(', ')}], the audited model takes [${from.shape.join(', ')}]` };
}

const portsOf = ({ encoding }: Preprocessing): PortsEncoding | undefined => (encoding?.kind === 'ports' ? encoding : undefined);

/** Cut, or padded with silence at the end, as recordings are. */
function waveformRows(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  const [batch, length, wanted] = [x.shape[0] as number, sizeOf(x.shape.slice(1)), sizeOf(shape)];
  const flat = g.reshape(x, [batch, length]);
  const fitted = length > wanted ? g.slice(flat, 1, 0, wanted) : g.pad(flat, [0, 0, 0, wanted - length]);
  return g.reshape(fitted, [batch, ...shape]);
}

/** Columns are found by their names; values go through the units of both models. */
function columnsBridge(from: PortsEncoding, to: PortsEncoding): { bridge: Bridge } | { reason: string } {
  const places = to.columns.map(({ name }) => from.columns.findIndex((column) => column.name === name));
  const odd = to.columns.filter((column, i) => !sameKind(from.columns[places[i] as number], column));
  if (odd.length > 0) {
    const named = odd.slice(0, 3).map(({ name }) => name);
    return { reason: `the audited model does not take the same columns (${named.join(', ')}${odd.length > 3 ? ', …' : ''})` };
  }
  const own = places.map((place) => from.columns[place] as EncodedColumn);
  const factors = to.columns.map(({ scale }, i) => (own[i] as EncodedColumn).scale / scale);
  const shifts = to.columns.map(({ scale, offset }, i) => ((own[i] as EncodedColumn).offset - offset) / scale);
  const row = (values: readonly number[]): ReturnType<typeof floats> => floats(values, [1, values.length]);
  return {
    bridge: (g, x) => {
      const moved = places.length === from.columns.length && places.every((place, i) => place === i) ? x : gathered(g, x, 1, places);
      if (factors.every((factor) => factor === 1) && shifts.every((shift) => shift === 0)) return moved;
      return g.add(g.mul(moved, g.constant(row(factors))), g.constant(row(shifts)));
    },
  };
}

function sameKind(own: EncodedColumn | undefined, other: EncodedColumn): boolean {
  return own !== undefined && (own.categories ?? []).join('\n') === (other.categories ?? []).join('\n');
}

function gathered(g: GraphBuilder, x: Value, axis: number, places: readonly number[]): Value {
  return g.node('Gather', [x, g.constant(int64s(places))], { axis: { kind: 'int', value: axis } });
}

function imageBridge(from: Preprocessing, to: Preprocessing): { bridge: Bridge } | { reason: string } {
  if (sameForm(from, to)) return { bridge: (_, x) => x };
  const odd = [from, to].find((p) => ![1, 3].includes(imageSize(p).channels) || (p.shape.length === 1 && imageSize(p).height === 1));
  if (odd) return { reason: `inputs of [${odd.shape.join(', ')}] cannot be read as pictures of one or three channels` };
  return { bridge: (g, x) => fromPlanes(g, toPlanes(g, x, from), to) };
}

function sameForm(from: Preprocessing, to: Preprocessing): boolean {
  const form = ({ layout, channels, shape }: Preprocessing): string => JSON.stringify([layout, channels, shape]);
  return form(from) === form(to);
}

/** Pictures as [B, C, H, W], RGB or gray. */
export function toPlanes(g: GraphBuilder, x: Value, p: Preprocessing): Value {
  const { channels, height, width } = imageSize(p);
  const batch = x.shape[0] as number;
  const planes =
    p.layout === 'NHWC'
      ? g.transpose(g.reshape(x, [batch, height, width, channels]), [0, 3, 1, 2])
      : g.reshape(x, [batch, channels, height, width]);
  return p.channels === 'bgr' ? gathered(g, planes, 1, [2, 1, 0]) : planes;
}

/** ITU-R BT.601, as in PIL's "L". */
const LUMINANCE = [0.299, 0.587, 0.114] as const;

function fromPlanes(g: GraphBuilder, x: Value, p: Preprocessing): Value {
  const { channels, height, width } = imageSize(p);
  const batch = x.shape[0] as number;
  const coloured = recoloured(g, x, channels);
  const sized = resized(g, coloured, height, width);
  const ordered = p.channels === 'bgr' ? gathered(g, sized, 1, [2, 1, 0]) : sized;
  return g.reshape(p.layout === 'NHWC' ? g.transpose(ordered, [0, 2, 3, 1]) : ordered, [batch, ...p.shape]);
}

function recoloured(g: GraphBuilder, x: Value, channels: number): Value {
  const own = x.shape[1] as number;
  if (own === channels) return x;
  if (own === 1) return g.concat([x, x, x], 1);
  return g.sum(g.mul(x, g.constant(floats([...LUMINANCE], [1, 3, 1, 1]))), [1], true);
}

/** Linear interpolation along both axes. */
export function resized(g: GraphBuilder, x: Value, height: number, width: number): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const across = w === width ? x : g.matmul(x, g.constant(interpolation(w, width)));
  return h === height ? across : g.transposed(g.matmul(g.transposed(across), g.constant(interpolation(h, height))));
}
