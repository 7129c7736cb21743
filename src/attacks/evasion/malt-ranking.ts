/** Mesoscopic almost linearity targeting (MALT: Melamed, Yehudai & Shamir, arXiv:2407.02240): wrong classes by how far the linearised model is from them. */
import { noiseFields } from '../../model/draws.ts';
import type { Cost, GradientBuilder } from '../../model/target.ts';
import { assertGradients } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { dualNormOf, type Norm } from '../../threat/ball.ts';
import type { AttackContext, AttackSample } from '../attack.ts';
import { batchSizes } from '../iterate.ts';
import { type Row, schedule } from '../schedule.ts';
import { rankedOthers } from '../targets.ts';
import { aimedBorder } from './fab-step.ts';

/** Of a class that no slope leads to. */
const FAR = 3e38;

export interface Ranked {
  /** For each example the classes other than its label, the nearest first. */
  readonly goals: ReadonlyMap<number, readonly number[]>;
  /** What ranking an example cost. */
  readonly cost: Cost;
}

/**
 * Ranks the `candidates` wrong classes with the highest scores by (z_y − z_c) / ‖∇(z_y − z_c)‖, in the norm that is dual to the ball's:
 * the distance to the class where the model is linear. One question and one gradient for each class.
 */
export async function maltRanked(context: AttackContext<unknown>, samples: readonly AttackSample[], candidates: number): Promise<Ranked> {
  const { target, norm, seed, signal, onStep } = context;
  assertGradients(target);
  const count = Math.min(candidates, target.task.classes - 1);
  const likely = await rankedOthers(target, samples);
  const rows = samples.flatMap(({ index, x, label }) =>
    (likely.get(index) as number[]).slice(0, count).map(
      (goal, i): Row => ({
        index: index * count + i,
        steps: 1,
        fields: { x, label, goal, distance: 0, ...noiseFields(seed, 'malt', index) },
      }),
    ),
  );
  const distances = new Map<number, number>();
  await schedule(
    {
      sizes: batchSizes(context, rows.length),
      compile: (batch) => target.compile(`malt ${norm}`, batch, distanceStep(norm)),
      shape: target.preprocessing.shape,
      signal,
      onStep,
      onFinished: ({ row, scalars }) => void distances.set(row.index, scalars.distance as number),
    },
    rows,
  );
  const goals = samples.map(({ index }): [number, number[]] => {
    const far = (i: number): number => distances.get(index * count + i) as number;
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => far(a) - far(b) || a - b);
    return [index, order.map((i) => likely.get(index)?.[i] as number)];
  });
  return { goals: new Map(goals), cost: { queries: count * target.draws, gradients: count * target.draws } };
}

/** The distance to the class `goal`: [B]. */
function distanceStep(norm: Norm): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    b.row('distance', 'scalar');
    const { normal, offset } = aimedBorder(b, b.row('x', 'input'), b.row('label', 'label'));
    const size = dualNormOf(g, norm, normal);
    const distance = g.div(g.neg(offset), size);
    const isKnown = g.and(g.greater(size, g.scalar(0)), g.less(distance, g.scalar(FAR)));
    return { distance: g.where(isKnown, distance, g.scalar(FAR)) };
  };
}
