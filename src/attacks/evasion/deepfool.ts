/** DeepFool (Moosavi-Dezfooli et al., arXiv:1511.04599, algorithm 2 and section 3.3) with the defaults of Foolbox's L2DeepFoolAttack and LinfDeepFoolAttack. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { oneHot } from '../../task/classification.ts';
import { clipTo, dualNormOf, type Norm, normOf, perRow, steepest } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { finite } from './pgd.ts';

/** No distance is beyond it; sums and products with it stay finite. */
const FAR = 1e30;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;
/**
 * Share of the way so far that every step goes beyond the border, so that rounding does not hold a row on it. The reference adds 1e-4 in input units,
 * which is much on a short way; 50 steps add half a percent at most.
 */
const BEYOND = 1e-4;
/** The same on the shortest ways, in input units: about what rounding does to a number near 1. */
const LEAST = 1e-7;

export const deepfool = defineAttack({
  id: 'deepfool',
  name: 'DeepFool',
  paper: 'arXiv:1511.04599',
  summary: 'Takes the model for linear, and goes to the nearest border of a class, again and again: few steps, short ways.',
  knowledge: 'gradients',
  norms: ['l2', 'linf'],
  aim: 'minimal',
  params: z.object({
    steps: z.int().min(1).default(50).describe('most steps; an example ends at the first point that fools the model'),
    candidates: z.int().min(2).default(10).describe('classes that a step looks at, the label and those with the highest scores'),
    overshoot: z.number().min(0).default(0.02).describe('share by which every step goes beyond the border'),
  }),
  run: async (context, samples) => {
    const { norm, params, target } = context;
    const { steps, overshoot } = params;
    const others = Math.min(params.candidates, target.task.classes) - 1;
    const fields = ({ x, label }: AttackSample): Record<string, Float32Array | number> => ({ x, x0: x, label, overshoot });
    // One run more than there are steps: it looks at the point that the last step leads to.
    return iterate(
      context,
      { id: `deepfool ${norm} ${others}`, steps: steps + 1, restarts: 1, fields, define: deepfoolStep(norm, others) },
      samples,
    );
  },
});

/** x ← x + (1 + η)·r, r the shortest way to the nearest border of the model made linear at x, clipped to the range. */
function deepfoolStep(norm: Norm, others: number): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0, label] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('label', 'label')];
    const fools = b.misses(x, label);
    const stretch = g.add(g.scalar(1), b.row('overshoot', 'scalar'));
    const { distance, normal, slope } = nearestBorder(b, norm, { x, label, others });
    // A point that fools the graph, but not the model itself, needs only a little more.
    const way = g.where(fools, g.scalar(0), distance);
    const gone = g.div(normOf(g, norm, g.sub(x, x0)), stretch);
    const beyond = g.max(g.mul(g.add(gone, way), g.scalar(BEYOND)), g.scalar(LEAST));
    const length = g.mul(stretch, g.add(way, beyond));
    return {
      x: clipTo(g, g.add(x, g.mul(perRow(g, length, x), steepest(g, norm, normal))), b.range),
      success: fools,
      slope,
    };
  };
}

interface Place {
  readonly x: Value;
  readonly label: Value;
  /** How many classes beside the label are looked at. */
  readonly others: number;
}

/** The class k with the least |f_k| / ‖∇f_k‖, f_k = z_k − z_label (equations 8 and 10): that distance [B], ∇f_k [B, …], and the largest element of all gradients [B]. */
function nearestBorder(b: GradientBuilder, norm: Norm, { x, label, others }: Place): { distance: Value; normal: Value; slope: Value } {
  const { g, batch } = b;
  const logits = b.logits(x);
  const own = oneHot(g, label, logits);
  const rest = g.sub(logits, g.mul(own, g.scalar(1e30, logits)));
  const [scores, classes] = g.nodes1('TopK', [rest, g.ints([others])], {}, 2).map((top) => g.transpose(top, [1, 0])) as [Value, Value];
  const gap = g.sub(scores, g.sum(g.mul(logits, own), [1]));
  const raw = b.jacobian(g.sub(oneHots(g, classes, logits), own), x);
  const normals = finite(g, raw);
  const sizes = g.reshape(dualNormOf(g, norm, g.reshape(normals, [others * batch, ...x.shape.slice(1)])), [others, batch]);
  const apart = g.div(g.abs(gap), g.max(sizes, g.scalar(SMALLEST)));
  const distances = g.min(g.where(g.greater(sizes, g.scalar(0)), apart, g.scalar(FAR)), g.scalar(FAR));
  const nearest = g.node('ArgMax', [g.neg(distances)], { axis: int(0), keepdims: int(1) });
  const chosen = g.equal(g.reshape(g.ints([...Array(others).keys()]), [others, 1]), nearest);
  const only = (values: Value): Value =>
    g.sum(g.where(g.reshape(chosen, [others, batch, ...values.shape.slice(2).map(() => 1)]), values, g.scalar(0)), [0]);
  const axes = raw.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  return { distance: only(distances), normal: only(normals), slope: g.reduceMax(g.abs(raw), axes) };
}

/** One-hot rows [K, B, C] of classes [K, B]. */
function oneHots(g: GradientBuilder['g'], classes: Value, like: Value): Value {
  const [count, batch] = classes.shape as [number, number];
  return g.reshape(oneHot(g, g.reshape(classes, [count * batch]), like), [count, ...like.shape]);
}
