/** DeepFool (Moosavi-Dezfooli et al., arXiv:1511.04599, algorithm 2 and section 3.3) with the defaults of Foolbox's L2DeepFoolAttack and LinfDeepFoolAttack. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo, type Norm, normOf, perRow, steepest } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { nearestBorder } from './nearest-border.ts';

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
