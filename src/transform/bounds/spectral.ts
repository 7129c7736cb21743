/**
 * Upper bounds of the spectral norms of matrices and convolutions, by Gram iteration (Delattre et al., arXiv:2305.16173): with G = WWᵀ,
 * ‖W‖₂² = ‖G‖₂, and ‖G‖₂ raised to 2ᵏ is ‖G^(2ᵏ)‖₂ ≤ ‖G^(2ᵏ)‖_F. Every k gives a bound; power iteration would give an estimate from below.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { floats, sizeOf } from '../../onnx/tensor.ts';
import type { Window } from '../../ops/shapes.ts';

/** Rounding in float64: a product of n terms is off by n·2⁻⁵³ of what its factors' Frobenius norms make, which k squarings double at most. */
const SLACK = 1 + 1e-6;
/** From squaring so often, the bound is above the norm by a factor of n^(1/2^(k+2)): for 200 rows by less than 1 %. */
const SQUARINGS = 7;
/** Floating point operations that a bound may take, a few seconds, and elements of the matrices that it is taken of. */
const MOST_WORK = 4e10;
const MOST_ELEMENTS = 1.6e7;

/** The largest of the spectral norms of matrices [count, m, n] in float64, from above, as a float32; undefined where that takes too long. */
function normOf(g: GraphBuilder, matrices: Value): Value | undefined {
  const [count, m, n] = matrices.shape as [number, number, number];
  const [few, many] = [Math.min(m, n), Math.max(m, n)];
  if (2 * count * few * few * (many + SQUARINGS * few) > MOST_WORK) return undefined;
  const gram = m <= n ? g.matmul(matrices, g.transposed(matrices)) : g.matmul(g.transposed(matrices), matrices);
  const least = g.scalar(1e-300, gram);
  let [power, sizes] = [gram, [] as Value[]];
  for (let k = 0; k <= SQUARINGS; k++) {
    const frobenius = g.max(g.sqrt(g.sum(g.mul(power, power), [1, 2], true)), least);
    sizes = [...sizes, frobenius];
    const scaled = g.div(power, frobenius);
    power = g.matmul(scaled, scaled);
  }
  // With G = t₀·G₀ and Gₖ² = tₖ₊₁·Gₖ₊₁, all Gₖ of norm at most 1: ‖G‖ ≤ t₀·√(t₁·√(t₂·…)).
  const nested = sizes.reduceRight<Value | undefined>((inner, size) => (inner ? g.mul(size, g.sqrt(inner)) : size), undefined) as Value;
  const largest = g.reduceMax(g.reshape(g.sqrt(nested), [count]), [0]);
  return g.cast(g.mul(largest, g.scalar(SLACK, largest)), 'float32');
}

/** From above, ‖W‖₂ of a matrix [m, n]. */
export function matrixNorm(g: GraphBuilder, weights: Value): Value | undefined {
  return normOf(g, g.reshape(g.cast(weights, 'float64'), [1, ...weights.shape]));
}

/**
 * From above, the norm of a convolution with weights [M, C/G, …k] that makes `positions` outputs along each axis. Zero padding embeds the input in a larger
 * one; input positions that lie a stride apart are channels of their own, so that the stride is 1; and on a torus of positions + reach points the
 * convolution does not wrap around. There it is block-diagonal under the Fourier transform, with one matrix for each frequency.
 */
export function convolutionNorm(
  g: GraphBuilder,
  weights: Value,
  { strides, dilations, group }: Pick<Window, 'strides' | 'dilations' | 'group'>,
  positions: readonly number[],
): Value | undefined {
  const [m, c, ...kernel] = weights.shape as [number, number, ...number[]];
  const taps = kernel.map((k, i) => Math.ceil((k * (dilations[i] as number)) / (strides[i] as number)));
  const torus = positions.map((size, i) => size + (taps[i] as number) - 1);
  const [rows, columns] = [m / group, c * sizeOf(strides)];
  const { cosines, sines } = fourier(torus, taps);
  const count = (cosines.shape[0] as number) * group;
  if (4 * count * rows * columns > MOST_ELEMENTS) return undefined;
  const byTap = g.cast(phases(g, weights, { strides, dilations, taps }), 'float64');
  const [real, imaginary] = [cosines, sines].map((table) => g.reshape(g.matmul(g.constant(table), byTap), [count, rows, columns])) as [
    Value,
    Value,
  ];
  const upper = g.concat([real, g.neg(imaginary)], 2);
  return normOf(g, g.concat([upper, g.concat([imaginary, real], 2)], 1));
}

/** Weights [M, C, …k] by taps of stride 1 over channels C·…strides: [taps, M·C·strides]. */
function phases(
  g: GraphBuilder,
  weights: Value,
  {
    strides,
    dilations,
    taps,
  }: { readonly strides: readonly number[]; readonly dilations: readonly number[]; readonly taps: readonly number[] },
): Value {
  const [m, c, ...kernel] = weights.shape as [number, number, ...number[]];
  const pads = (to: readonly number[], from: readonly number[]): number[] => [
    ...Array<number>(from.length).fill(0),
    ...to.map((size, i) => size - (from[i] as number)),
  ];
  const apart = [m, c, ...kernel.flatMap((k) => [k, 1])];
  const dilated = g.pad(g.reshape(weights, apart), pads([m, c, ...kernel.flatMap((k, i) => [k, dilations[i] as number])], apart));
  const whole = [m, c, ...kernel.map((k, i) => k * (dilations[i] as number))];
  const full = [m, c, ...taps.map((tap, i) => tap * (strides[i] as number))];
  const padded = g.pad(g.reshape(dilated, whole), pads(full, whole));
  const split = g.reshape(padded, [m, c, ...taps.flatMap((tap, i) => [tap, strides[i] as number])]);
  const [tapAxes, phaseAxes] = [taps.map((_, i) => 2 + 2 * i), taps.map((_, i) => 3 + 2 * i)];
  return g.reshape(g.transpose(split, [...tapAxes, 0, 1, ...phaseAxes]), [sizeOf(taps), m * c * sizeOf(strides)]);
}

/** cos and sin of ω·a for the frequencies ω of a torus and the taps a: [frequencies, taps]. Half of the first axis' do: real weights give −ω the same norm. */
function fourier(torus: readonly number[], taps: readonly number[]): Record<'cosines' | 'sines', ReturnType<typeof floats>> {
  const half = torus.map((size, i) => (i === 0 ? Math.floor(size / 2) + 1 : size));
  const [frequencies, places] = [grid(half), grid(taps)];
  const angles = frequencies.flatMap((f) =>
    places.map((a) => a.reduce((sum, at, i) => sum + (2 * Math.PI * (f[i] as number) * at) / (torus[i] as number), 0)),
  );
  const table = (of: (angle: number) => number): ReturnType<typeof floats> =>
    floats(angles.map(of), [frequencies.length, places.length], 'float64');
  return { cosines: table(Math.cos), sines: table(Math.sin) };
}

function grid(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((point) => Array.from({ length: size }, (_, i) => [...point, i])), [[]]);
}
