/** Which weights two networks have in common: the same numbers, or nearly the same direction, as fine-tuning leaves them. */
import type { Graph } from '../onnx/graph.ts';
import { sizeOf, type Tensor, widened } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface SharedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isSame: boolean;
  /** Cosine of the angle between the two as vectors: that of independent ones has a standard deviation of one over the root of their length. */
  readonly cosine: number;
}

export interface Kinship {
  /** Matrices and kernels of the first network with their likes in the second. */
  readonly pairs: readonly SharedWeight[];
  /** Numbers in its matrices and kernels, with a like or without. */
  readonly numbers: number;
}

/** Smaller ones are alike by chance. Vectors (biases, scales) are left out: their elements have one sign in any network. */
const LEAST = 128;
/** Numbers that are compared at most, and in one graph. */
const MOST = 2 ** 27;

type Named = [name: string, tensor: Tensor];

/** Each is held against the tensor of the same elements, else of the same name, else of the same place among those of its shape. */
export async function kinshipOf(own: Graph, other: Graph, runtime: Runtime): Promise<Kinship> {
  const [mine, theirs] = [weightsOf(own), weightsOf(other)];
  const numbers = mine.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  const pairs: SharedWeight[] = [];
  let left = MOST;
  for (const [i, [name, tensor]] of mine.entries()) {
    left -= sizeOf(tensor.shape);
    if (left < 0) break;
    const like = likeOf(mine, i, theirs);
    if (!like) continue;
    const isSame = sameBytes(tensor, like);
    pairs.push({ name, shape: tensor.shape, isSame, cosine: isSame ? 1 : await cosineOf(tensor, like, runtime) });
  }
  return { pairs, numbers };
}

const weightsOf = ({ constants }: Graph): Named[] =>
  [...constants].filter(([, { type, shape }]) => /^float/.test(type) && shape.length > 1 && sizeOf(shape) >= LEAST);

const formOf = ({ type, shape }: Tensor): string => `${type} ${shape}`;

function likeOf(mine: readonly Named[], at: number, theirs: readonly Named[]): Tensor | undefined {
  const [name, tensor] = mine[at] as Named;
  const form = formOf(tensor);
  const candidates = theirs.filter(([, one]) => formOf(one) === form);
  const place = mine.slice(0, at).filter(([, one]) => formOf(one) === form).length;
  const found = candidates.find(([, one]) => sameBytes(one, tensor)) ?? candidates.find(([other]) => other === name) ?? candidates[place];
  return found?.[1];
}

const sameBytes = ({ data: a }: Tensor, { data: b }: Tensor): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

async function cosineOf(a: Tensor, b: Tensor, runtime: Runtime): Promise<number> {
  const g = newGraph();
  const flat = (tensor: Tensor) => g.reshape(g.cast(g.constant(widened(tensor)), 'float64'), [sizeOf(tensor.shape)]);
  const [u, v] = [flat(a), flat(b)];
  const product = (p: typeof u, q: typeof u) => g.sum(g.mul(p, q), [0]);
  const session = await runtime.load(g.finish({ cosine: g.div(product(u, v), g.sqrt(g.mul(product(u, u), product(v, v)))) }));
  const { cosine } = await session.run({});
  await session.release();
  const value = Number(cosine?.data[0]);
  return Number.isFinite(value) ? value : 0;
}
