/** What Gibbon has against one model: AutoAttack (arXiv:2003.01690), then further losses, starts and questions on what it left. No published ensemble: a superset of one. */
import * as z from 'zod';
import { defineAttack } from '../attack.ts';
import { inTurn, type Member, mostOfAll } from '../in-turn.ts';
import { apgd } from './apgd.ts';
import { apgdTargeted } from './apgd-targeted.ts';
import { auto, kindOf, type ModelKind, membersOf } from './auto.ts';
import { cube } from './cube.ts';
import { square } from './square.ts';

const params = z.object({
  steps: z.int().min(1).default(100).describe('gradient steps of each run'),
  goals: z.int().min(1).default(9).describe('wrong classes that the targeted members try'),
  restarts: z.int().min(1).default(5).describe('starts of each further member'),
  maxQueries: z
    .int()
    .min(1)
    .default(20_000)
    .describe("questions per example of the last member, which asks for scores; AutoAttack's asks a quarter of them before"),
});

export const best = defineAttack({
  id: 'best',
  name: 'Best effort',
  paper: 'arXiv:2003.01690',
  summary: 'AutoAttack, and on what it leaves probability margins, further starts and four times the questions.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params,
  most: (given, classes, norm) => mostOfAll(all({ norm, classes, isPicture: true }, given), { classes, norm }),
  run: (context, samples) => inTurn(context, all(kindOf(context.target, context.norm), context.params), samples),
});

function all(model: ModelKind, given: z.infer<typeof params>): Member[] {
  const { steps, goals, restarts, maxQueries } = given;
  const standard = membersOf(
    model,
    auto.params.parse({ steps, goals, maxQueries: Math.ceil(maxQueries / 4) }) as Parameters<typeof membersOf>[1],
  );
  const climb = (loss: string): Member => ({ attack: apgd, params: { steps, restarts, loss }, weight: 3 * steps * restarts });
  const tried = Math.min(goals, model.classes - 1);
  // Where not every class can be tried, another choice of them than AutoAttack's is worth more than other starts.
  const ranking = tried < model.classes - 1 ? 'malt' : 'scores';
  const aimed: Member = { attack: apgdTargeted, params: { steps, goals: tried, restarts, ranking }, weight: 3 * steps * tried * restarts };
  const scores: Member = { attack: model.isPicture ? square : cube, params: { maxQueries }, weight: maxQueries };
  return [
    ...standard,
    climb('probability-margin'),
    ...(model.classes < 3 ? [] : [climb('dlr')]),
    ...(model.classes < 4 ? [] : [aimed]),
    scores,
  ];
}
