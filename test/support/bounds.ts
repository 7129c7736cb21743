/** Networks, images and stored bounds of the fixtures, for tests of bounds. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BoundMethod, layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import type { Domain } from '../../src/certify/bounds/domain.ts';
import { type BoundNetwork, boundNetwork } from '../../src/certify/graphs/network.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Arithmetic } from '../../src/transform/bounds/forward.ts';
import { specialise } from '../../src/transform/specialise.ts';

export const CERTIFY = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'), 'certify');
export const haveCertify = existsSync(CERTIFY);

/** One run of auto_LiRPA on 20 images: `margins[j]` bounds logit[label] − logit[j] from below; null at the label. */
export interface OracleRun {
  readonly eps: number;
  readonly methods: Readonly<
    Record<
      string,
      { readonly certified: number; readonly rows: readonly { readonly i: number; readonly margins: readonly (number | null)[] }[] }
    >
  >;
}

export interface Oracle {
  readonly onnx: string;
  readonly data: 'mnist' | 'cifar10';
  readonly norm: 'inf' | number;
  readonly box_clip: readonly [number, number] | null;
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  readonly runs: readonly OracleRun[];
}

const json = <T>(path: string): T => JSON.parse(readFileSync(join(CERTIFY, path), 'utf8')) as T;

export const oracleOf = (name: string): Oracle => json(`oracle/${name}.json`);

/** The pixels of an image in [0, 1]. */
export function imageOf(data: Oracle['data'], index: number): Float32Array {
  images ??= json('oracle/images.json');
  return Float32Array.from(
    (images as NonNullable<typeof images>)[data].pixels[index] as readonly number[],
    (pixel) => Math.fround(pixel) / 255,
  );
}
let images: Readonly<Record<Oracle['data'], { readonly pixels: readonly (readonly number[])[] }>> | undefined;

/** A model prepared for bounds; free dimensions of its input are 1. */
export function networkOf(model: Graph, arithmetic: Arithmetic = 'real'): Promise<BoundNetwork> {
  const shapes = (batch: number): Record<string, number[]> =>
    Object.fromEntries(
      model.inputs.map(({ name, shape }) => [name, (shape ?? []).map((dim, i) => (i === 0 ? batch : typeof dim === 'number' ? dim : 1))]),
    );
  return boundNetwork((batch) => specialise(model, shapes(batch), evaluator(ortNode)), ortNode, arithmetic);
}

export const fixtureNetwork = (path: string, arithmetic?: Arithmetic): Promise<BoundNetwork> =>
  networkOf(readModel(readFileSync(join(CERTIFY, path))), arithmetic);

/** A ball around one point, clipped where a range is given. */
export function around(
  network: BoundNetwork,
  x: ArrayLike<number>,
  { eps, norm, clip }: { eps: number; norm: Domain['norm']; clip?: readonly [number, number] | null },
): Domain {
  const { name } = network.inputs[0] as { name: string };
  const [low, high] = clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const box = {
    batch: 1,
    norm,
    lower: new Map([[name, Float32Array.from(x, (value) => Math.max(low, value - eps))]]),
    upper: new Map([[name, Float32Array.from(x, (value) => Math.min(high, value + eps))]]),
  };
  if (norm === 'box') return box;
  return { ...box, ball: { centre: new Map([[name, Float32Array.from(x)]]), radius: Float32Array.of(eps) } };
}

/** Lower bounds of logit[label] − logit[j], 0 at the label. */
export async function margins(
  network: BoundNetwork,
  domain: Domain,
  label: number,
  method: BoundMethod,
): Promise<{ lower: Float32Array; error: Float32Array }> {
  return rowBounds(network, domain, await layerBounds(network, domain, method), marginRows(network.outputs, label), method);
}

/** logit[label] − logit[j] for every class j. */
export function marginRows(classes: number, label: number): { readonly count: number; readonly data: Float32Array } {
  const data = Float32Array.from({ length: classes * classes }, (_, i) => {
    const [row, column] = [Math.floor(i / classes), i % classes];
    if (row === label) return 0;
    return column === label ? 1 : column === row ? -1 : 0;
  });
  return { count: classes, data };
}

/** What each element of the output lies between, less what rounding may take. */
export async function outputBounds(
  network: BoundNetwork,
  domain: Domain,
  method: BoundMethod,
): Promise<{ lower: Float32Array; upper: Float32Array }> {
  const { outputs } = network;
  const rows = Float32Array.from({ length: 2 * outputs * outputs }, (_, i) => {
    const [row, column] = [Math.floor(i / outputs), i % outputs];
    return row % outputs === column ? (row < outputs ? 1 : -1) : 0;
  });
  const { lower, error } = await rowBounds(
    network,
    domain,
    await layerBounds(network, domain, method),
    { count: 2 * outputs, data: rows },
    method,
  );
  const least = lower.map((value, i) => value - (error[i] as number));
  return { lower: least.slice(0, outputs), upper: least.slice(outputs).map((value) => -value) };
}
