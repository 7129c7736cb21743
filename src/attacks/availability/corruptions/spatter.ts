/** Spatter: drops of water (severities 1 to 3) or mud on the lens (arXiv:1903.12261; distances from the drops' rims are counted in steps of a pixel). */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, ints, type Value } from '../../../onnx/graph.ts';
import { defineCorruption, normals } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { paint } from '../graphs/colour.ts';
import { filtered, gaussian } from '../graphs/filter.ts';

interface Spatter {
  readonly mean: number;
  readonly deviation: number;
  readonly sigma: number;
  /** What lies below it stays dry. */
  readonly least: number;
  /** Water: largest brightness; mud: σ of its rims in px. */
  readonly strength: number;
  readonly isMud: boolean;
}

const spatters = (rows: readonly (readonly number[])[]): Spatter[] =>
  rows.map((row) => {
    const [mean, deviation, sigma, least, strength, mud] = row as [number, number, number, number, number, number];
    return { mean, deviation, sigma, least, strength, isMud: mud === 1 };
  });

export const spatter = defineCorruption<Spatter>({
  id: 'spatter',
  name: 'Spatter',
  family: 'weather',
  isExtra: true,
  small: spatters([
    [0.62, 0.1, 0.7, 0.7, 0.5, 0],
    [0.65, 0.1, 0.8, 0.7, 0.5, 0],
    [0.65, 0.3, 1, 0.69, 0.5, 0],
    [0.65, 0.1, 0.7, 0.69, 0.6, 1],
    [0.65, 0.1, 0.5, 0.68, 0.6, 1],
  ]),
  large: spatters([
    [0.65, 0.3, 4, 0.69, 0.6, 0],
    [0.65, 0.3, 3, 0.68, 0.6, 0],
    [0.65, 0.3, 2, 0.68, 0.5, 0],
    [0.65, 0.3, 1, 0.65, 1.5, 1],
    [0.67, 0.4, 1, 0.65, 1.5, 1],
  ]),
  text: ({ mean, deviation, sigma, least, strength, isMud }) =>
    `${isMud ? 'mud' : 'water'} from N(${mean}, ${deviation}²), σ ${sigma} px, above ${least}; ${isMud ? `rims σ ${strength} px` : `up to ${strength}`}`,
  draw: (_, frame, rng) => ({ liquid: normals(rng, areaOf(frame)) }),
  graph: ({ g, frame, drawn }, x, p) => {
    const { batch, channels, height, width, scale } = frame;
    const noise = g.reshape(drawn('liquid', [areaOf(frame)]), [batch, 1, height, width]);
    const liquid = gaussian(g, g.add(g.mul(noise, g.scalar(p.deviation)), g.scalar(p.mean)), p.sigma * scale);
    const isWet = g.greater(liquid, g.scalar(p.least));
    const wet = g.where(isWet, g.scalar(1), g.scalar(0));
    if (p.isMud) {
      const rim = gaussian(g, wet, p.strength * scale);
      const mud = g.where(g.less(rim, g.scalar(0.8)), g.scalar(0), rim);
      return g.add(g.mul(x, g.sub(g.scalar(1), mud)), g.mul(mud, paint(g, [63, 42, 20], channels)));
    }
    const shine = g.mul(g.mul(liquid, wet), relief(g, wet));
    const brightest = g.max(g.reduceMax(shine, [1, 2, 3], true), g.scalar(1e-6));
    const water = g.mul(g.div(shine, brightest), g.scalar(p.strength));
    return g.add(x, g.mul(water, paint(g, [175, 238, 238], channels)));
  },
});

/** Distances beyond it are all alike. */
const FURTHEST = 20;
/** Light from the lower right. */
const EMBOSS = [
  [-2, -1, 0],
  [-1, 1, 1],
  [0, 1, 2],
];
const MEAN = Array.from({ length: 3 }, () => [1 / 9, 1 / 9, 1 / 9]);

/** Light on the drops [B, 1, H, W]: the further from a rim the brighter, with a raised look. */
function relief(g: GraphBuilder, wet: Value): Value {
  const nearest = (v: Value): Value =>
    g.neg(g.node('MaxPool', [g.neg(v)], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), ceil_mode: int(0) }));
  const rim = g.sub(wet, nearest(wet));
  let distance = g.mul(g.sub(g.scalar(1), rim), g.scalar(FURTHEST));
  for (let i = 0; i < FURTHEST; i++) distance = g.min(distance, g.add(nearest(distance), g.scalar(1)));
  const steps = g.node('Floor', [filtered(g, distance, MEAN, 'mirror')]);
  const raised = g.clip(filtered(g, equalised(g, steps), EMBOSS, 'mirror'), 0, 1);
  return filtered(g, raised, MEAN, 'mirror');
}

/** Each value's place among all of its picture (histogram equalisation); values are whole numbers up to `FURTHEST`. */
function equalised(g: GraphBuilder, steps: Value): Value {
  const reached = Array.from({ length: FURTHEST + 1 }, (_, k) => g.where(g.greater(steps, g.scalar(k - 0.5)), g.scalar(1), g.scalar(0)));
  const shares = reached.map((one) => g.node('ReduceMean', [one, g.ints([1, 2, 3])], { keepdims: int(1) }));
  return reached
    .map((one, k) => {
      const next = shares[k + 1];
      const share = shares[k] as Value;
      return g.mul(one, next ? g.sub(share, next) : share);
    })
    .reduce((a, b) => g.add(a, b));
}
