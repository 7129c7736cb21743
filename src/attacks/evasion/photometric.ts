/** Contrast, brightness, negative and blur of the whole picture (Foolbox's contrast reduction, inversion and blur attacks): the weakest change that fools the model, by labels alone. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { defineAttack } from '../attack.ts';
import { bisect } from '../bisect.ts';
import { byLabels, type Hunt, type Transformed } from '../by-labels.ts';
import { firstHolding } from '../label-queries.ts';
import { type LineMoves, lineMoves } from '../line-moves.ts';
import { type Change, KINDS, type Kind, photometricChange } from './photometric-moves.ts';

const params = z.object({
  kind: z
    .enum(['all', ...KINDS])
    .default('all')
    .describe('what is changed'),
  strengths: z.int().min(1).default(20).describe('strengths of each change that are tried before bisection'),
  maxQueries: z.int().min(1).default(200).describe('questions per example'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

/** Resolution of a strength. */
const FINEST = 1e-4;

export const photometric = defineAttack({
  id: 'photometric',
  name: 'Photometric changes',
  paper: 'Foolbox (arXiv:1707.04131), contrast reduction, inversion and Gaussian blur',
  summary: 'Contrast, brightness, negative and blur of the whole picture, as weak as still fools the model, by labels alone.',
  knowledge: 'labels',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimal',
  modalities: ['image'],
  params,
  run: async (context, samples) => {
    const { target, params: given } = context;
    if (target.preprocessing.modality !== 'image') {
      throw new GibbonError('E_NOT_APPLICABLE', 'contrast, brightness and blur are changes of pictures; this data has none', {
        hint: 'The dataset attack needs as few questions, and suits any numbers: gibbon attack dataset-attack.',
      });
    }
    if (samples.length === 0) return [];
    const kinds = given.kind === 'all' ? KINDS : [given.kind];
    const [moves, ...changes] = await Promise.all([
      lineMoves(target, context.norm),
      ...kinds.map((kind) => photometricChange(target, kind)),
    ]);
    const known = changes.flatMap((change, i) => (change ? [{ kind: kinds[i] as Kind, change }] : []));
    return byLabels(context, 'photometric', samples, (hunt) => weakest({ moves, strengths: given.strengths, hunt }, known));
  },
});

interface Setting {
  readonly moves: LineMoves;
  readonly strengths: number;
  readonly hunt: Hunt;
}

/** The nearest of the points that each change first fools the model at; undefined where none does. */
async function weakest(
  { moves, strengths, hunt }: Setting,
  changes: readonly { readonly kind: Kind; readonly change: Change }[],
): Promise<Transformed | undefined> {
  const { queries, enough } = hunt;
  const { x } = queries.sample;
  let best: (Transformed & { readonly distance: number }) | undefined;
  for (const { kind, change } of changes) {
    if (queries.left === 0 || (best && best.distance <= enough)) break;
    const found = await firstFooling(hunt, (t) => change(x, t), strengths);
    if (found === undefined) continue;
    const distance = await moves.distance(x, found.point);
    if (best === undefined || distance < best.distance) best = { point: found.point, transform: { kind, strength: found.t }, distance };
  }
  return best && { point: best.point, transform: best.transform };
}

/** Rising strengths in one question each, asked together; then bisection below the first that fools the model, as stronger ones need not. */
async function firstFooling(
  { queries }: Hunt,
  at: (t: number) => Promise<Float32Array>,
  strengths: number,
): Promise<{ readonly point: Float32Array; readonly t: number } | undefined> {
  const points: Float32Array[] = [];
  for (let i = 1; i <= strengths; i++) points.push(await at(i / strengths));
  const first = await firstHolding(queries, points);
  if (first === -1) return undefined;
  const [low, high] = [first / strengths, (first + 1) / strengths];
  return bisect(queries, { point: points[first] as Float32Array, low, high, at, threshold: FINEST });
}
