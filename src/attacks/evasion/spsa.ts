/** SPSA (Uesato et al., arXiv:1802.05666, section 4 and algorithm 1): Adam on slopes that random signs estimate from scores; sizes of CleverHans and advertorch. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { type Norm, project } from '../../threat/ball.ts';
import { defineAttack } from '../attack.ts';
import { numberInput, type RowGraph, rowGraph, rowsInput } from '../row-graph.ts';
import { type Climber, climbScores, mostQuestions } from '../score-climb.ts';
import { targetParam } from '../targets.ts';

/** Adam's (arXiv:1412.6980, algorithm 1). */
const [BETA1, BETA2, TINY] = [0.9, 0.999, 1e-8];
/** Default learning rates: the references', and in L2 in parts of epsilon. */
const [RATE, SHARE] = [0.01, 1 / 20];

export const spsa = defineAttack({
  id: 'spsa',
  name: 'Simultaneous perturbation',
  paper: 'arXiv:1802.05666',
  summary: 'Estimates the slope of the margin from scores along random signs of all elements at once, and climbs it with Adam.',
  knowledge: 'scores',
  norms: ['linf', 'l2'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(100).describe('most steps; an example ends at the first point that fools the model'),
    directions: z.int().min(1).default(128).describe('random directions for each step, each of which costs two questions'),
    delta: z.number().positive().default(0.01).describe('how far each element goes to both sides for a question, in input units'),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe("Adam's learning rate in input units (default 0.01 for linf; for l2, where it is the length of a step, epsilon/20)"),
    target: targetParam,
  }),
  most: ({ steps, directions }) => ({ queries: mostQuestions(steps, directions), gradients: 0 }),
  run: async (context, samples) => {
    const { norm, epsilon, params, target } = context;
    const { steps, directions: pairs, delta } = params;
    const stepSize = params.stepSize ?? (norm === 'linf' ? RATE : SHARE * epsilon);
    const adam = await rowGraph(target, `spsa step ${norm}`, (g) => adamStep(g, norm, target));
    return climbScores(
      context,
      {
        id: 'spsa',
        steps,
        pairs,
        delta,
        draw: (rng, rows) => rng.fillSigns(rows),
        begin: ({ x }) => climber(adam, x, { epsilon, stepSize }),
      },
      samples,
    );
  },
});

/** Means of the slope and of its square, kept for one example. */
function climber(adam: RowGraph<'x' | 'mean' | 'square'>, x0: Float32Array, sizes: { epsilon: number; stepSize: number }): Climber {
  let [mean, square]: Float32Array[] = [new Float32Array(x0.length), new Float32Array(x0.length)];
  return {
    start: x0,
    next: async (x, slope, step) => {
      const corrections = { unbiased1: 1 - BETA1 ** step, unbiased2: 1 - BETA2 ** step };
      const made = await adam({ x, x0, slope, mean: mean as Float32Array, square: square as Float32Array, ...sizes, ...corrections });
      ({ mean, square } = made);
      return made.x;
    },
  };
}

/**
 * x ← Π(x + α·m̂/(√v̂ + 10⁻⁸)), m̂ and v̂ being the running means of the slope and of its square. In L2, of which the references have no form, v is one number:
 * the square of the slope's length. With one for each element all would go equally far, which is the strongest step in Linf alone.
 */
function adamStep(g: GraphBuilder, norm: Norm, target: Target): Record<'x' | 'mean' | 'square', Value> {
  const row = (name: string): Value => rowsInput(g, name, 1, target);
  const [x, x0, slope] = [row('x'), row('x0'), row('slope')];
  const squares = g.mul(slope, slope);
  const running = (name: string, beta: number, of: Value): Value => g.add(g.mul(g.scalar(beta), row(name)), g.mul(g.scalar(1 - beta), of));
  const [mean, square] = [
    running('mean', BETA1, slope),
    running('square', BETA2, norm === 'linf' ? squares : g.expand(g.sum(squares, [1], true), slope.shape)),
  ];
  const [first, second] = [g.div(mean, numberInput(g, 'unbiased1')), g.div(square, numberInput(g, 'unbiased2'))];
  const step = g.mul(numberInput(g, 'stepSize'), g.div(first, g.add(g.sqrt(second), g.scalar(TINY))));
  return { x: project(g, norm, g.add(x, step), x0, numberInput(g, 'epsilon'), rangeOf(target.preprocessing)), mean, square };
}
