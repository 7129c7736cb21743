/** Query-limited attack by natural evolution strategies (Ilyas et al., arXiv:1804.08598, section 2.2): PGD on slopes that normal noise estimates from scores; defaults of advertorch's NESAttack. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { project, steepest } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { randomStart } from '../random-start.ts';
import { numberInput, rowGraph, rowsInput } from '../row-graph.ts';
import { climbScores, mostQuestions } from '../score-climb.ts';
import { targetParam } from '../targets.ts';
import { strideOf } from './pgd.ts';

export const nes = defineAttack({
  id: 'nes',
  name: 'Natural evolution strategies',
  paper: 'arXiv:1804.08598',
  summary: 'Estimates the slope of the margin from scores along normal noise, and takes PGD steps along it.',
  knowledge: 'scores',
  norms: ['linf', 'l2'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(40).describe('most steps; an example ends at the first point that fools the model'),
    directions: z.int().min(1).default(100).describe('random directions for each step, each of which costs two questions'),
    delta: z.number().positive().default(0.01).describe('L2 distance of the points asked about on both sides, in input units'),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe('length of a step in input units (default epsilon/30 for linf, epsilon/32 for l2; longer where there are fewer steps)'),
    randomStart: z.boolean().default(true).describe('start at a random point of the ball'),
    target: targetParam,
  }),
  most: ({ steps, directions }) => ({ queries: mostQuestions(steps, directions), gradients: 0 }),
  run: async (context, samples) => {
    const { norm, epsilon, params, target, seed } = context;
    const { steps, directions: pairs, delta } = params;
    const { stepSize } = strideOf(norm, epsilon, params);
    const range = rangeOf(target.preprocessing);
    // advertorch's directions are of length 1 on average.
    const deviation = 1 / Math.sqrt(target.size);
    const step = await rowGraph(target, `nes step ${norm}`, (g) => {
      const [x, x0, slope] = [rowsInput(g, 'x', 1, target), rowsInput(g, 'x0', 1, target), rowsInput(g, 'slope', 1, target)];
      const ahead = g.add(x, g.mul(numberInput(g, 'stepSize'), steepest(g, norm, slope)));
      return { x: project(g, norm, ahead, x0, numberInput(g, 'epsilon'), range) };
    });
    const start = ({ index, x }: AttackSample): Float32Array =>
      params.randomStart ? randomStart(keyedRng(seed, 'nes', index, 'start'), norm, x, epsilon, range) : x;
    return climbScores(
      context,
      {
        id: 'nes',
        steps,
        pairs,
        delta,
        draw: (rng, rows) => rng.fillNormal(rows, deviation),
        begin: (sample) => ({
          start: start(sample),
          next: async (x, slope) => (await step({ x, x0: sample.x, slope, stepSize, epsilon })).x,
        }),
      },
      samples,
    );
  },
});
