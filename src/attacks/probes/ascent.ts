/** The loss along projected gradient ascent, step by step and without stopping at success: has the attack converged? (Carlini et al., arXiv:1902.06705, section 4.3.) */
import { rangeOf } from '../../model/preprocessing.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Norm } from '../../threat/ball.ts';
import type { AttackSample } from '../attack.ts';
import { pgdStep } from '../evasion/pgd.ts';
import { randomStart } from '../random-start.ts';
import { SPARSITY } from '../sparse-step.ts';
import { type Fields, onRows, type Running } from './row-steps.ts';

export interface Ascending extends Running {
  readonly norm: Norm;
  readonly epsilon: number;
  readonly seed: number;
  readonly loss: 'cross-entropy' | 'margin';
  readonly steps: number;
  readonly stepSize: number;
}

export interface Ascent {
  readonly index: number;
  /** The margin loss (largest other logit minus the label's) before each step and after the last. */
  readonly losses: readonly number[];
}

/** Starts where PGD's first restart does. The margin is what is written down whatever loss is climbed: it is on the logits' scale and never saturates. */
export async function ascend(ascending: Ascending, samples: readonly AttackSample[]): Promise<Ascent[]> {
  const { target, norm, epsilon, seed, loss, steps, stepSize } = ascending;
  const step = { id: `ascent ${norm} ${loss}`, define: ascentStep(norm, loss) };
  const range = rangeOf(target.preprocessing);
  let rows = samples.map(
    ({ index, x, label }): Fields => ({
      x: randomStart(keyedRng(seed, 'pgd', index, 0), norm, x, epsilon, range),
      x0: x,
      label,
      epsilon,
      stepSize,
    }),
  );
  const losses: number[][] = samples.map(() => []);
  // One run more: it tells the loss after the last step.
  for (let i = 0; i <= steps; i++) {
    const made = await onRows(ascending, step, rows);
    for (const [k, { height }] of made.entries()) losses[k]?.push(rounded(height?.[0] as number));
    rows = rows.map((row, k) => ({ ...row, x: made[k]?.x as Float32Array }));
  }
  return samples.map(({ index }, i) => ({ index, losses: losses[i] as number[] }));
}

/** Six digits are plenty for a curve. JSON has no NaN: it becomes 0. */
const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(6)) : 0);

function ascentStep(norm: Norm, loss: Ascending['loss']): (b: GradientBuilder) => Record<string, Value> {
  const climb = pgdStep({ norm, loss, targeted: false, sparsity: SPARSITY, stops: false });
  return (b) => {
    const { x } = climb(b) as { x: Value };
    return { x, height: b.loss('margin', b.g.value('x'), b.g.value('label')) };
  };
}
