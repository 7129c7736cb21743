/**
 * What one element of a convolution's output sees of a network: at each value before it a window, which moves with the element's position. Backward bounds
 * of the element have no coefficients elsewhere, so they are taken of the network that leads from the windows to the element.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import { intOf, type Node, type StaticGraph, stringOf, type Value } from '../../onnx/graph.ts';
import { numbers, sizeOf } from '../../onnx/tensor.ts';
import { averageWindow } from '../../ops/average-pool.ts';
import { type Window, windowOf } from '../../ops/shapes.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { type Scope, scopeOf } from './scope.ts';
import { type Place, type Windows, windowsOf } from './windows.ts';

/** Where a view's network begins: an input of the whole network, or a value that only moves its elements. */
export interface Source {
  readonly name: string;
  readonly input: string;
  /** From the input to the value. */
  readonly path: readonly Node[];
}

export interface View {
  /** From windows [B, C, …size] of the sources, under their names, to the channels at one position of the value: [B, C, 1, …]. */
  readonly net: StaticGraph;
  readonly sources: readonly Source[];
  /** By a value of the whole network: where its window lies. */
  readonly places: ReadonlyMap<string, Place>;
  /** By a value of `net`: the value of the whole network that it is a window of. */
  readonly origins: ReadonlyMap<string, string>;
  /** The value's channels, and its spatial dimensions. */
  readonly channels: number;
  readonly positions: readonly number[];
  /** The windows of a value of the whole network. */
  windows(name: string): Windows;
  /** Elements of the largest window, of all together, and these as a share of the whole values. */
  readonly widest: number;
  readonly total: number;
  readonly share: number;
}

/** @param value what the network's last node makes; undefined where some node on the way does not work position by position */
export function viewOf(net: StaticGraph, value: string): View | undefined {
  const g = newGraph();
  const scope = scopeOf(g, net);
  const sources = sourcesOf(scope);
  const places = placesBefore(scope, value, sources);
  if (!places) return undefined;
  const begun = [...sources.values()].filter(({ name }) => places.has(name));
  const made = new Map<string, Value>();
  const shapeOf = (name: string): number[] => [...scope.typed(name).shape.slice(0, 2), ...(places.get(name) as Place).size];
  for (const { name } of begun) made.set(name, g.input(name, scope.typed(name).type, shapeOf(name)));
  for (const node of scope.nodes) {
    const [name] = node.outputs as readonly [string];
    const place = places.get(name);
    if (!place || made.has(name)) continue;
    const before = placeBefore(scope, node, place) as Place;
    const inputs = node.inputs.map((input) => {
      const whole = made.get(input);
      return whole && scope.varies(input) ? cropped(g, whole, places.get(input) as Place, before) : scope.constants.get(input);
    });
    made.set(name, seen(g, node, inputs, { scope, place }));
  }
  const origins = new Map([...made].map(([name, { name: own }]) => [own, name]));
  // Values that are one within windows may have other places outside, or one input several ways in.
  if (origins.size < made.size || new Set(begun.map(({ input }) => input)).size < begun.length) return undefined;
  const windows = new Map<string, Windows>();
  const dims = new Map([...places.keys()].map((name) => [name, scope.typed(name).shape.slice(1)]));
  const positions = scope.typed(value).shape.slice(2);
  const sizes = [...places.keys()].map((name) => sizeOf(shapeOf(name)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const whole = [...places.keys()].reduce((sum, name) => sum + sizeOf(scope.typed(name).shape), 0);
  return {
    sources: begun,
    net: g.finish({ [`view of ${value}`]: made.get(value) as Value }, net.name),
    places,
    origins,
    channels: scope.typed(value).shape[1] as number,
    positions,
    windows: (name) => {
      const found = windows.get(name) ?? windowsOf(dims.get(name) as number[], places.get(name) as Place, positions);
      windows.set(name, found);
      return found;
    },
    widest: Math.max(...sizes),
    total,
    share: total / whole,
  };
}

const MOVES = new Set(['Reshape', 'Transpose', 'Identity']);

/** Inputs, and values of images that are made of one by moving its elements. */
function sourcesOf(scope: Scope): Map<string, Source> {
  const sources = new Map<string, Source>(scope.net.inputs.map(({ name }) => [name, { name, input: name, path: [] }]));
  for (const node of scope.nodes) {
    const from = sources.get(node.inputs[0] as string);
    const [name] = node.outputs as readonly [string];
    if (from && MOVES.has(node.op)) sources.set(name, { name, input: from.input, path: [...from.path, node] });
  }
  return sources;
}

/** Windows of all values that the element depends on. */
function placesBefore(scope: Scope, value: string, sources: ReadonlyMap<string, Source>): Map<string, Place> | undefined {
  const axes = scope.typed(value).shape.slice(2);
  const [zeros, ones] = [axes.map(() => 0), axes.map(() => 1)];
  const places = new Map<string, Place>([[value, { start: zeros, step: ones, size: ones }]]);
  for (const node of [...scope.nodes].reverse()) {
    const place = node.outputs.map((name) => places.get(name)).find((found) => found !== undefined);
    if (!place || sources.has(node.outputs[0] as string)) continue;
    const before = node.outputs.length === 1 ? placeBefore(scope, node, place) : undefined;
    for (const name of node.inputs.filter((input) => scope.varies(input))) {
      const joined = before && around(before, places.get(name));
      if (!joined) return undefined;
      places.set(name, joined);
    }
  }
  return axes.length === 0 ? undefined : places;
}

/** The smallest window that holds both; undefined where they move differently. */
function around(one: Place, other: Place = one): Place | undefined {
  if (one.step.some((step, i) => step !== other.step[i])) return undefined;
  const end = ({ start, size }: Place, i: number): number => (start[i] as number) + (size[i] as number);
  const start = one.start.map((from, i) => Math.min(from, other.start[i] as number));
  return { start, step: one.step, size: start.map((from, i) => Math.max(end(one, i), end(other, i)) - from) };
}

/** What a window of the node's output depends on of each input that varies. */
function placeBefore(scope: Scope, node: Node, place: Place): Place | undefined {
  const batch = scope.net.inputs[0]?.shape[0];
  const fits = [node.outputs[0] as string, ...node.inputs.filter((name) => scope.varies(name))].every((name) => {
    const { shape } = scope.typed(name);
    return shape.length === place.size.length + 2 && shape[0] === batch;
  });
  if (!fits) return undefined;
  if (isPointwise(scope, node)) return place;
  const window = windowBehind(scope, node);
  if (!window) return undefined;
  const { kernel, strides, dilations, pads } = window;
  const each = (f: (i: number) => number): number[] => kernel.map((_, i) => f(i));
  const at = (values: readonly number[], i: number): number => values[i] as number;
  return {
    start: each((i) => at(place.start, i) * at(strides, i) - at(pads, i)),
    step: each((i) => at(place.step, i) * at(strides, i)),
    size: each((i) => (at(place.size, i) - 1) * at(strides, i) + (at(kernel, i) - 1) * at(dilations, i) + 1),
  };
}

type Reach = Pick<Window, 'kernel' | 'strides' | 'dilations' | 'pads'>;

/** Of nodes that do the same at every position, with zeros outside. */
function windowBehind(scope: Scope, node: Node): Reach | undefined {
  const [x, w] = node.inputs as readonly [string, string];
  const { shape } = scope.typed(x);
  switch (node.op) {
    case 'Conv':
      return node.inputs.every((name, i) => i === 0 || name === '' || !scope.varies(name))
        ? windowOf(node, shape.slice(2), scope.typed(w).shape.slice(2))
        : undefined;
    case 'AveragePool': {
      const window = averageWindow(node, shape);
      const isSame = window.pads.every((pad) => pad === 0) || intOf(node, 'count_include_pad', 0) === 1;
      return isSame && !window.ceil ? window : undefined;
    }
    case 'Slice':
      return stepsOf(scope, node);
    case 'Pad':
      return padsOf(scope, node);
    default:
      return undefined;
  }
}

const listOf = ({ g, constants }: Scope, name: string | undefined): number[] | undefined => {
  const tensor = name ? g.tensor(constants.get(name) as Value) : undefined;
  return tensor && numbers(tensor);
};

/** Of a Slice that goes forward along spatial axes. */
function stepsOf(scope: Scope, node: Node): Reach | undefined {
  const [whole, part] = [node.inputs[0], node.outputs[0]].map((name) => scope.typed(name as string).shape) as [number[], number[]];
  const [starts, axes, steps] = [1, 3, 4].map((i) => listOf(scope, node.inputs[i]));
  if (!starts || starts.some((start) => start < 0) || whole[1] !== part[1]) return undefined;
  const [strides, pads] = [whole.map(() => 1), whole.map(() => 0)];
  for (const [i, start] of starts.entries()) {
    const axis = ((axes?.[i] ?? i) + whole.length) % whole.length;
    const step = steps?.[i] ?? 1;
    if (step < 1 || (axis < 2 && (start !== 0 || step !== 1))) return undefined;
    strides[axis] = step;
    pads[axis] = -start;
  }
  const ones = whole.slice(2).map(() => 1);
  return { kernel: ones, strides: strides.slice(2), dilations: ones, pads: pads.slice(2) };
}

/** Of a Pad with zeros around the image. */
function padsOf(scope: Scope, node: Node): Reach | undefined {
  const rank = scope.typed(node.inputs[0] as string).shape.length;
  const pads = listOf(scope, node.inputs[1]);
  const value = node.inputs[2] ? listOf(scope, node.inputs[2]) : [0];
  const isZero = stringOf(node, 'mode', 'constant') === 'constant' && !node.inputs[3] && value?.[0] === 0;
  if (!pads || !isZero || [0, 1, rank, rank + 1].some((i) => pads[i] !== 0)) return undefined;
  const ones = pads.slice(2, rank).map(() => 1);
  return { kernel: ones, strides: ones, dilations: ones, pads: pads.slice(2, rank) };
}

const LINE = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Does each element of the output depend on the inputs' elements at its place alone, and in the same way everywhere in a channel? */
function isPointwise(scope: Scope, node: Node): boolean {
  const { shape } = scope.typed(node.outputs[0] as string);
  const varying = node.inputs.filter((name) => scope.varies(name));
  const isWhole = varying.every((name) => sizeOf(scope.typed(name).shape) === sizeOf(shape));
  if (!isWhole) return false;
  const rule = ruleOf(node.op);
  // A softmax has a family, but no rule for bounds.
  if (rule.family === 'unary') return node.inputs.length === 1 && (rule.affine ?? rule.relax) !== undefined;
  if (node.op === 'Max') return varying.length === node.inputs.length;
  const constants = node.inputs.flatMap((name) => scope.constants.get(name) ?? []);
  const isUniform = constants.every((constant) => {
    const dims = [...Array(Math.max(0, shape.length - constant.shape.length)).fill(1), ...constant.shape];
    return dims.every((dim, axis) => axis === 1 || dim === 1);
  });
  return LINE.has(node.op) && isUniform && (varying.length === 1 || node.op === 'Add' || node.op === 'Sub');
}

/** The part of a window that one of its readers sees. */
function cropped(g: GraphBuilder, x: Value, whole: Place, part: Place): Value {
  return part.size.reduce((value, size, i) => {
    const from = (part.start[i] as number) - (whole.start[i] as number);
    return size === whole.size[i] ? value : g.slice(value, i + 2, from, from + size);
  }, x);
}

/** The node on windows. */
function seen(
  g: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
  { scope, place }: { scope: Scope; place: Place },
): Value {
  const { auto_pad: _, pads: __, ...attributes } = node.attributes;
  const [x, w, bias] = inputs as readonly [Value, Value, Value | undefined];
  if (node.op === 'Pad') return g.node('Identity', [x]);
  if (node.op === 'Slice') {
    const { strides } = windowBehind(scope, node) as Reach;
    const part = strides.reduce((value, step, i) => (step === 1 ? value : g.slice(value, i + 2, 0, value.shape[i + 2] as number, step)), x);
    return g.node('Identity', [part]);
  }
  if (node.op !== 'Conv') return g.node(node.op, inputs, node.op === 'AveragePool' ? attributes : node.attributes);
  const isProduct = place.size.every((size) => size === 1) && sizeOf(x.shape.slice(1)) === sizeOf(w.shape.slice(1));
  if (!isProduct) return g.node('Conv', inputs, attributes);
  const [batch, channels, n] = [x.shape[0] as number, w.shape[0] as number, sizeOf(w.shape.slice(1))];
  const product = g.matmul(g.reshape(x, [batch, n]), g.transposed(g.reshape(w, [channels, n])));
  return g.reshape(bias ? g.add(product, bias) : product, [batch, channels, ...place.size]);
}
