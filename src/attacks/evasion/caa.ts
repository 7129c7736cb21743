/** Constrained adaptive attack (CAA: Simonetto, Ghamizi & Cordy, arXiv:2406.00775, section 5): gradients within a table's rules, then a search on what they left. */
import * as z from 'zod';
import { defineAttack } from '../attack.ts';
import { inTurn, type Member, mostOfAll } from '../in-turn.ts';
import { capgd } from './capgd.ts';
import { cube } from './cube.ts';

const params = z.object({
  steps: z.int().min(1).default(10).describe('gradient steps from each start'),
  restarts: z.int().min(1).default(2).describe('starts of the gradient steps'),
  maxQueries: z.int().min(1).default(10_103).describe('questions per example of the search, which asks for scores'),
});

export const caa = defineAttack({
  id: 'caa',
  name: 'Constrained adaptive attack',
  paper: 'arXiv:2406.00775',
  summary: "For tables: constrained Auto-PGD, and on what it leaves a search by scores, both within the data's rules.",
  knowledge: 'gradients',
  norms: ['linf', 'l2'],
  aim: 'budget',
  modalities: ['table'],
  params,
  most: (given, classes, norm) => mostOfAll(members(given), { classes, norm }),
  run: (context, samples) => inTurn(context, members(context.params), samples),
});

/** Weights are questions for each example that stands, a gradient counting as two. */
function members({ steps, restarts, maxQueries }: z.infer<typeof params>): Member[] {
  return [
    { attack: capgd, params: { steps, restarts }, weight: 3 * steps * restarts },
    { attack: cube, params: { maxQueries }, weight: maxQueries },
  ];
}
