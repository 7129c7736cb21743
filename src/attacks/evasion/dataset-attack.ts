/** Dataset attack (Foolbox's DatasetAttack): another example that the model decides otherwise, brought nearer along the line; an upper bound that needs next to no questions. */
import * as z from 'zod';
import { type AttackSample, defineAttack } from '../attack.ts';
import { bisect } from '../bisect.ts';
import { byLabels, type Hunt } from '../by-labels.ts';
import { type LineMoves, lineMoves } from '../line-moves.ts';

const params = z.object({
  samples: z.int().min(1).default(5).describe('nearest examples of another class to come nearer from'),
  interpolate: z
    .boolean()
    .default(true)
    .describe('come nearer on the line between the two by bisection; the other example itself when off'),
  maxQueries: z.int().min(1).default(100).describe('questions per example'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Params = z.infer<typeof params>;

/** Share of the way that bisections resolve. */
const FINEST = 1e-3;

export const datasetAttack = defineAttack({
  id: 'dataset-attack',
  name: 'Dataset attack',
  paper: 'Foolbox (arXiv:1707.04131), DatasetAttack',
  summary:
    'Takes the nearest other examples that the model decides otherwise, and comes nearer on the line: an upper bound for a few questions.',
  knowledge: 'labels',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimal',
  params,
  run: async (context, samples) => {
    if (samples.length === 0) return [];
    const moves = await lineMoves(context.target, context.norm);
    return byLabels(context, 'dataset-attack', samples, (hunt) =>
      nearest({ ...context.params, moves, isBox: context.norm === 'linf' }, hunt),
    );
  },
});

interface Setting extends Params {
  readonly moves: LineMoves;
  readonly isBox: boolean;
}

interface Reached {
  readonly point: Float32Array;
  readonly distance: number;
}

/** The nearest point on the ways to the nearest examples that fool the model; undefined where none does. */
async function nearest(setting: Setting, hunt: Hunt): Promise<Float32Array | undefined> {
  const { queries, enough } = hunt;
  let best: Reached | undefined;
  let found = 0;
  for (const other of await others(setting.moves, hunt)) {
    if (found === setting.samples || queries.left === 0 || (best && best.distance <= enough)) break;
    if (!(await queries.fools(other.point))) continue;
    found++;
    const reached = setting.interpolate ? await nearer(setting, hunt, other) : other;
    if (best === undefined || reached.distance < best.distance) best = reached;
  }
  return best?.point;
}

/** The examples of the wanted class, or of any other, by rising distance, with this example's own values where these may not change. */
async function others(moves: LineMoves, { queries: { sample }, samples, goal, range }: Hunt): Promise<Reached[]> {
  const movable = range?.[2];
  const wanted = ({ x, label }: AttackSample): boolean =>
    x.length === sample.x.length && (goal === undefined ? label !== sample.label : label === goal);
  const reached: (Reached & { readonly index: number })[] = [];
  for (const { x, index } of samples.filter(wanted)) {
    const point = movable ? x.map((v, i) => (movable[i] ? v : (sample.x[i] as number))) : x;
    reached.push({ point, index, distance: await moves.distance(sample.x, point) });
  }
  return reached.sort((a, b) => a.distance - b.distance || a.index - b.index);
}

/** Bisects between the example and another: on the line in L2 and L1, over boxes that shrink around the example in Linf. */
async function nearer({ moves, isBox }: Setting, { queries }: Hunt, { point, distance }: Reached): Promise<Reached> {
  const { x } = queries.sample;
  const high = isBox ? distance : 1;
  const found = await bisect(queries, { point, high, at: (t) => moves.between(x, point, t), threshold: FINEST * high });
  return { point: found.point, distance: await moves.distance(x, found.point) };
}
