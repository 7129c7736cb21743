/** Rotations and translations (Engstrom et al., arXiv:1712.02779): a grid of them, or random ones, by labels alone; the defaults of Foolbox's SpatialAttack. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { type AttackContext, defineAttack } from '../attack.ts';
import { byLabels, type Hunt, type Transformed } from '../by-labels.ts';
import { firstHolding } from '../label-queries.ts';
import { type LineMoves, lineMoves } from '../line-moves.ts';
import { hasPlanes } from '../planes.ts';
import { type Turn, turner } from './spatial-moves.ts';

const params = z.object({
  maxShift: z.number().min(0).default(3).describe('most pixels of a shift, each way'),
  maxRotation: z.number().min(0).max(180).default(30).describe('most degrees of a rotation, each way'),
  shifts: z.int().min(1).default(5).describe('shifts of the grid along each side'),
  rotations: z.int().min(1).default(5).describe('rotations of the grid'),
  random: z
    .int()
    .min(0)
    .default(0)
    .describe('random rotations and shifts within the limits in place of the grid, the worst of so many; 0 for the grid'),
  maxQueries: z.int().min(1).default(1000).describe('questions per example'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Params = z.infer<typeof params>;

/** Pictures per question. */
const AT_ONCE = 25;

export const spatial = defineAttack({
  id: 'spatial',
  name: 'Rotations and translations',
  paper: 'arXiv:1712.02779',
  summary: 'Turns and shifts the picture within limits of its own, by labels alone: at `--norm linf --epsilon 1` nothing else limits it.',
  knowledge: 'labels',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimal',
  modalities: ['image'],
  params,
  most: ({ shifts, rotations, random, maxQueries }) => ({
    queries: Math.min(maxQueries, 1 + (random > 0 ? random : shifts * shifts * rotations)),
    gradients: 0,
  }),
  run: async (context, samples) => {
    const { preprocessing } = context.target;
    if (preprocessing.modality !== 'image' || !hasPlanes(preprocessing)) {
      throw new GibbonError('E_NOT_APPLICABLE', 'only pictures can be turned, and this data does not say where a pixel is', {
        hint: 'The dataset attack needs as few questions, and suits any numbers: gibbon attack dataset-attack.',
      });
    }
    if (samples.length === 0) return [];
    return search(context, samples);
  },
});

async function search(context: AttackContext<Params>, samples: Parameters<typeof byLabels>[2]): ReturnType<typeof byLabels> {
  const [moves, turn] = await Promise.all([lineMoves(context.target, context.norm), turner(context.target)]);
  const given = context.params;
  return byLabels(context, 'spatial', samples, async (hunt) => {
    const { x } = hunt.queries.sample;
    const made: Transformed[] = [];
    for (const one of given.random > 0 ? drawn(given, hunt) : gridOf(given))
      made.push({ point: await turn(x, one), transform: { ...one } });
    return nearestFooling(hunt, moves, made);
  });
}

/** So many numbers from −most to most, evenly; 0 where there is one. */
const spread = (most: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? 0 : -most + (2 * most * i) / (count - 1)));

function gridOf({ maxShift, maxRotation, shifts, rotations }: Params): Turn[] {
  const along = spread(maxShift, shifts);
  return spread(maxRotation, rotations).flatMap((degrees) => along.flatMap((right) => along.map((down) => ({ degrees, right, down }))));
}

function drawn({ maxShift, maxRotation, random }: Params, hunt: Hunt): Turn[] {
  const rng = hunt.rng('turns');
  const within = (most: number): number => most * (2 * rng.uniform() - 1);
  return Array.from({ length: random }, () => ({ degrees: within(maxRotation), right: within(maxShift), down: within(maxShift) }));
}

/** By rising distance, so that the first that fools the model is the nearest. */
async function nearestFooling({ queries }: Hunt, moves: LineMoves, made: readonly Transformed[]): Promise<Transformed | undefined> {
  const { x } = queries.sample;
  const reached: (Transformed & { readonly distance: number })[] = [];
  for (const one of made) reached.push({ ...one, distance: await moves.distance(x, one.point) });
  reached.sort((a, b) => a.distance - b.distance);
  for (let at = 0; at < reached.length && queries.left > 0; at += AT_ONCE) {
    const asked = reached.slice(at, at + AT_ONCE);
    const first = await firstHolding(
      queries,
      asked.map(({ point }) => point),
    );
    const found = asked[first];
    if (found) return { point: found.point, transform: found.transform };
  }
  return undefined;
}
