/**
 * What the gradient at an example is worth: its size under three losses, and whether a step along it gains more than steps along random directions.
 * After Athalye et al. (arXiv:1802.00420, section 3: shattered, stochastic, vanishing gradients) and Pintor et al. (arXiv:2106.09947).
 */
import { noiseFields } from '../../model/draws.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import type { GradientBuilder } from '../../model/target.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { keyedRng } from '../../rng/rng.ts';
import { oneHot } from '../../task/classification.ts';
import { boundAt, type Norm, normOf, perRow, project, steepest } from '../../threat/ball.ts';
import type { AttackSample } from '../attack.ts';
import { randomStart } from '../random-start.ts';
import { type Fields, onRows, type Running } from './row-steps.ts';

/** Length of the step whose gain is looked at, as a share of epsilon: a few steps of an attack. */
export const STEP = 0.1;
/** Random directions that a gradient must beat: by luck it beats all of them once in nine. */
export const DIRECTIONS = 8;

/** Largest absolute derivative of each loss; null where it is not finite. `textbook` is softmax cross-entropy as frameworks compute it in float32. */
export interface Slopes {
  readonly crossEntropy: number | null;
  readonly margin: number | null;
  readonly textbook: number | null;
}

export interface SlopeProbe {
  readonly index: number;
  /** Largest absolute logit. */
  readonly scale: number;
  /** The label's logit minus the largest other. */
  readonly margin: number;
  readonly slopes: Slopes;
  /** The rise of the margin loss that the gradient promises for a step along it, what the step brings, and what the best of the random steps brings. */
  readonly promised: number;
  readonly gained: number;
  readonly random: number;
}

export interface SlopeProbing extends Running {
  readonly norm: Norm;
  readonly epsilon: number;
  readonly seed: number;
}

export async function probeSlopes(probing: SlopeProbing, samples: readonly AttackSample[]): Promise<SlopeProbe[]> {
  const { norm, epsilon } = probing;
  const size = STEP * epsilon;
  // Points are compared on the same noise, where the model has any.
  const noise = (index: number): Fields => noiseFields(probing.seed, 'probe-slopes', index);
  const fields = samples.map(({ index, x, label }): Fields => ({ x, label, size, ...noise(index) }));
  const slopes = await onRows(probing, { id: `slopes ${norm}`, define: slopesStep(norm) }, fields);
  const points = samples.flatMap(({ index, x, label }, i) => {
    const away = Array.from({ length: DIRECTIONS }, (_, k) => randomStep(probing, { index, x }, size, k));
    return [slopes[i]?.moved as Float32Array, ...away].map((point): Fields => ({ x: point, label, ...noise(index) }));
  });
  const losses = (await onRows(probing, { id: 'margins', define: marginStep }, points)).map(({ loss }) => loss?.[0] as number);
  return samples.map(({ index }, i): SlopeProbe => {
    const value = (name: string): number => slopes[i]?.[name]?.[0] as number;
    const from = i * (DIRECTIONS + 1);
    const [gained, ...random] = losses.slice(from, from + DIRECTIONS + 1).map((loss) => loss - value('loss'));
    return {
      index,
      scale: number(value('scale')),
      margin: number(-value('loss')),
      slopes: { crossEntropy: finite(value('crossEntropy')), margin: finite(value('margin')), textbook: finite(value('textbook')) },
      promised: number(value('promised')),
      gained: number(gained as number),
      random: number(Math.max(...random)),
    };
  });
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
/** JSON has no NaN: nothing was gained. */
const number = (value: number): number => (Number.isFinite(value) ? value : 0);

/** A point at that distance in a random direction: a corner of the cube for Linf, so that it goes as far as a sign step does. */
function randomStep(
  { target, norm, seed }: SlopeProbing,
  { index, x }: Pick<AttackSample, 'index' | 'x'>,
  size: number,
  k: number,
): Float32Array {
  const rng = keyedRng(seed, 'probe-slopes', index, k);
  const range = rangeOf(target.preprocessing);
  if (norm !== 'linf') return randomStart(rng, norm, x, size, range);
  const draws = new Float32Array(x.length);
  rng.fillUniform(draws, -1, 1);
  const [low, high, movable] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return draws.map((draw, i) => {
    const at = x[i] as number;
    if (movable && !movable[i]) return at;
    return Math.min(boundAt(high, i), Math.max(boundAt(low, i), at + Math.sign(draw) * size));
  });
}

/** −log softmax(z)[label] as frameworks compute it: the label's derivative is p − 1, which float32 rounds to 0 from a margin of 17 on, and all others from 104 on. */
function textbook(b: GradientBuilder, x: Value, label: Value): Value {
  const z = b.logits(x);
  return b.g.neg(b.g.sum(b.g.mul(b.g.node('LogSoftmax', [z], { axis: int(-1) }), oneHot(b.g, label, z)), [1]));
}

function slopesStep(norm: Norm): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, label, size] = [b.row('x', 'input'), b.row('label', 'label'), b.row('size', 'scalar')];
    const loss = b.loss('margin', x, label);
    const slope = b.grad(loss, x);
    const usable = g.where(g.less(g.abs(slope), g.scalar(Number.POSITIVE_INFINITY, slope)), slope, g.scalar(0, slope));
    const moved = project(g, norm, g.add(x, g.mul(perRow(g, size, x), steepest(g, norm, usable))), x, size, b.range);
    const axes = x.shape.slice(1).map((_, i) => i + 1);
    return {
      loss,
      moved,
      promised: g.sum(g.mul(usable, g.sub(moved, x)), axes),
      scale: normOf(g, 'linf', b.logits(x)),
      margin: normOf(g, 'linf', slope),
      crossEntropy: normOf(g, 'linf', b.grad(b.loss('cross-entropy', x, label), x)),
      textbook: normOf(g, 'linf', b.grad(textbook(b, x, label), x)),
    };
  };
}

function marginStep(b: GradientBuilder): Record<string, Value> {
  return { loss: b.loss('margin', b.row('x', 'input'), b.row('label', 'label')) };
}
