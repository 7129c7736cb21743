/** Whom an example is to resemble inside: examples of other classes, those with the nearest representations first. */
import type { Target } from '../../model/target.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import type { AttackSample } from '../attack.ts';

/** Numbers of all representations that are held at once. */
const MOST_NUMBERS = 3e7;
/** Examples whose distances are taken together: always so many, so that none depends on its neighbours. */
const TOGETHER = 16;

export interface Choice {
  /** Examples that the attacker has, with their classes. */
  readonly known: readonly AttackSample[];
  /** So many of them for each example. */
  readonly goals: number;
  /** The class to reach; any other than the label when undefined. */
  readonly wanted: number | undefined;
}

/**
 * For each example those to resemble: the nearest of each other class in turn, then the next nearest of each; with a wanted class, those of that class.
 * @param inner a target whose scores are the representation
 */
export async function goalsFor(
  inner: Target,
  samples: readonly AttackSample[],
  { known, goals, wanted }: Choice,
): Promise<AttackSample[][]> {
  const width = inner.judge.outputs;
  const own = known.slice(0, Math.max(64, Math.floor(MOST_NUMBERS / width)));
  const distances = await distancesBetween(inner, samples, own);
  return samples.map(({ index, label }, i) => {
    const row = distances[i] as Float32Array;
    const fits = (one: AttackSample): boolean => one.index !== index && (wanted === undefined ? one.label !== label : one.label === wanted);
    const near = [...own.keys()]
      .filter((k) => fits(own[k] as AttackSample))
      .sort((a, b) => (row[a] as number) - (row[b] as number) || a - b);
    return byTurns(near.map((k) => own[k] as AttackSample)).slice(0, goals);
  });
}

/** The first of each class, then the second of each; in their own order otherwise. */
function byTurns(sorted: readonly AttackSample[]): AttackSample[] {
  const seen = new Map<number, number>();
  const turns = sorted.map((one, at) => {
    const turn = seen.get(one.label) ?? 0;
    seen.set(one.label, turn + 1);
    return { one, turn, at };
  });
  return turns.sort((a, b) => a.turn - b.turn || a.at - b.at).map(({ one }) => one);
}

/** ‖φ(a) − φ(b)‖² less ‖φ(a)‖², which is the same for all b: [samples][known]. */
async function distancesBetween(inner: Target, samples: readonly AttackSample[], known: readonly AttackSample[]): Promise<Float32Array[]> {
  const rows = ({ x }: AttackSample): Float32Array => x;
  const [own, theirs] = [await inner.judge.scores(samples.map(rows)), await inner.judge.scores(known.map(rows))];
  const width = inner.judge.outputs;
  const step = await inner.arithmetic(`mimic distances ${known.length}`, (g) => {
    const [a, b] = [g.input('a', 'float32', [TOGETHER, width]), g.input('b', 'float32', [known.length, width])];
    return { distances: g.sub(g.sum(g.mul(b, b), [1]), g.mul(g.scalar(2), g.matmul(a, g.transposed(b)))) };
  });
  const b = stacked(theirs, [known.length, width]);
  const found: Float32Array[] = [];
  for (let at = 0; at < own.length; at += TOGETHER) {
    const part = own.slice(at, at + TOGETHER);
    const { distances } = await step({ a: stacked(part, [TOGETHER, width]), b });
    const data = distances?.data as Float32Array;
    for (const i of part.keys()) found.push(data.slice(i * known.length, (i + 1) * known.length));
  }
  return found;
}

function stacked(rows: readonly Float32Array[], shape: readonly number[]): HostTensor {
  const data = new Float32Array(sizeOf(shape));
  for (const [i, row] of rows.entries()) data.set(row, i * row.length);
  return { type: 'float32', shape, data };
}
