/** Constrained Auto-PGD (Simonetto, Ghamizi & Cordy, arXiv:2406.00775, section 4) with the defaults of TabularBench: Auto-PGD that keeps a table's rules at every step. */
import * as z from 'zod';
import { feasible, followingRules } from '../../model/feasible.ts';
import { asTerms } from '../../model/keeping-relations.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { perRow } from '../../threat/ball.ts';
import { type AttackContext, type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { apgdFields, apgdNorm, apgdStep, type Rules } from './apgd-step.ts';

const params = z.object({
  steps: z.int().min(1).default(10).describe('gradient steps'),
  restarts: z
    .int()
    .min(1)
    .default(1)
    .describe('starts, the first at the row itself, later ones at random points; only for rows that still stand'),
  rho: z.number().min(0).max(1).default(0.75).describe('share of steps that must raise the loss for the step size to stay'),
});

type Context = AttackContext<z.infer<typeof params>>;

export const capgd = defineAttack({
  id: 'capgd',
  name: 'Constrained Auto-PGD',
  paper: 'arXiv:2406.00775',
  summary: "Auto-PGD for tables: every point that the model is asked about is a row that keeps the data's rules.",
  knowledge: 'gradients',
  norms: ['linf', 'l2'],
  aim: 'budget',
  modalities: ['table'],
  params,
  most: ({ steps, restarts }) => ({ queries: (steps + 1) * restarts, gradients: (steps + 1) * restarts }),
  run: async (context, samples) => {
    const { epsilon, params: given, target } = context;
    const { steps, restarts, rho } = given;
    const norm = apgdNorm(context.norm);
    const { encoding } = target.preprocessing;
    const rules: Rules = ({ g }, x, x0, radius) =>
      encoding?.kind === 'ports' ? followingRules(g, encoding, { x0, x, norm, radius: perRow(g, g.cast(radius, 'float64'), x) }) : x;
    const related = ({ g }: GradientBuilder, x: Value): Value => (encoding?.kind === 'ports' ? asTerms(g, encoding, x) : x);
    const starts = await startsOf(context, samples);
    const fields = ({ index, x, label }: AttackSample, restart: number): Record<string, Float32Array | number> => {
      const start = starts.get(index)?.[restart] as Start;
      return { ...apgdFields(x, start.at, { epsilon, steps, rho }), x: start.x, at: start.at, label };
    };
    const define = apgdStep(norm, (b, x, label) => b.loss('cross-entropy', related(b, x), label), rules);
    return iterate(context, { id: `capgd ${norm}`, steps: steps + 1, restarts, fields, define }, samples);
  },
});

interface Start {
  readonly at: Float32Array;
  /** As the rules have it. */
  readonly x: Float32Array;
}

/** For each example the point of each start. */
async function startsOf(context: Context, samples: readonly AttackSample[]): Promise<Map<number, Start[]>> {
  const { epsilon, norm, seed, target } = context;
  const { preprocessing } = target;
  const range = rangeOf(preprocessing);
  const drawn = samples.flatMap(({ index, x }) =>
    Array.from({ length: context.params.restarts }, (_, restart) => ({
      index,
      original: x,
      candidate: restart === 0 ? x : borderStart([seed, 'capgd', index, restart], { norm, x0: x, epsilon, range }),
    })),
  );
  const { encoding } = preprocessing;
  const rows =
    encoding?.kind === 'ports' ? await feasible(target, encoding, drawn, { norm, epsilon }) : drawn.map(({ candidate }) => candidate);
  const starts = new Map<number, Start[]>(samples.map(({ index }) => [index, []]));
  for (const [i, { index, candidate }] of drawn.entries()) starts.get(index)?.push({ at: candidate, x: rows[i] as Float32Array });
  return starts;
}
