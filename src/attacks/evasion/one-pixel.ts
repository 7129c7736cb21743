/** One-pixel attack (Su, Vargas & Sakurai, arXiv:1710.08864): differential evolution over the places and colours of a few pixels, by scores alone; parameters of one-pixel-attack-keras. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { imageSize } from '../../model/rows.ts';
import { keyedRng, type Rng } from '../../rng/rng.ts';
import { type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { type ScoreQueries, scoreQueries } from '../score-queries.ts';
import { targetOf, targetParam } from '../targets.ts';
import { together } from '../together.ts';
import { voteOf } from '../vote.ts';
import { fittest, hypercube, type Population, survivors, trials } from './one-pixel-population.ts';

/** Examples under way at the same time, and floats that their populations may take. */
const WIDTH = 16;
const FLOATS = 2 ** 23;

const params = z.object({
  population: z.int().min(4).default(400).describe('candidates of each generation'),
  generations: z
    .int()
    .min(1)
    .default(75)
    .describe('most generations after the first; an example ends with the first one that fools the model'),
  recombination: z.number().min(0).max(1).default(1).describe('probability of each gene to be taken from the mutant'),
  target: targetParam,
});

export const onePixel = defineAttack({
  id: 'one-pixel',
  name: 'One pixel',
  paper: 'arXiv:1710.08864',
  summary: 'Searches the places and colours of a few pixels that fool the model, by differential evolution and scores alone.',
  knowledge: 'scores',
  norms: ['l0'],
  aim: 'budget',
  modalities: ['image'],
  params,
  most: ({ population, generations }) => ({ queries: population * (generations + 1), gradients: 0 }),
  run: async (context, samples) => {
    const { target, params: given, epsilon, seed, signal, onStep, onProposal, onProgress } = context;
    if (target.preprocessing.modality !== 'image')
      throw new GibbonError('E_NOT_APPLICABLE', 'the one-pixel attack changes pixels of a picture; this data has none');
    const goals = await targetOf(given.target, target, samples);
    const palette = paletteOf(target.preprocessing, epsilon);
    const decide = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
      const scores = await target.judge.classScores(rows);
      onStep?.();
      return scores;
    };
    const width = Math.max(1, Math.min(WIDTH, Math.floor(FLOATS / (given.population * target.size))));
    return together<AttackSample, Proposal, Float32Array>({ judge: { decide }, width, signal }, samples, async (sample, ask) => {
      const { index, label, x } = sample;
      const goal = goals?.get(index);
      const wanted = { label, goal };
      const budget = given.population * (given.generations + 1);
      const queries = scoreQueries({ ask, wanted, budget, vote: voteOf(target.judge, wanted) });
      const candidate = await evolved({
        ...given,
        queries,
        palette,
        x,
        isSteady: target.judge.votes === 1,
        rng: keyedRng(seed, 'one-pixel', index),
      });
      const proposal = { index, candidate, queries: queries.used, gradients: 0, ...(goal === undefined ? {} : { goal }) };
      onProposal?.(proposal);
      onProgress?.(1);
      return proposal;
    });
  },
});

interface Evolution {
  readonly population: number;
  readonly generations: number;
  readonly recombination: number;
  readonly queries: ScoreQueries;
  readonly palette: Palette;
  readonly x: Float32Array;
  /** Does the model give the same answer each time? */
  readonly isSteady: boolean;
  readonly rng: Rng;
}

async function evolved(setting: Evolution): Promise<Float32Array> {
  const { population: count, generations, recombination, queries, palette, x, rng } = setting;
  const asked = marginsOf(setting);
  const members = hypercube(rng, count, palette.genes);
  const settled = (population: Population): Promise<Population> =>
    withoutLuck(population, (genes) => queries.holds(palette.paint(x, palette.levels(genes))));
  let population = await settled({ members, fitness: await asked(members) });
  // Votes take their questions from the last generations.
  for (let generation = 0; generation < generations && !(Math.max(...population.fitness) > 0) && queries.left >= count; generation++) {
    const tried = trials(rng, population, recombination);
    population = await settled(survivors(population, tried, await asked(tried)));
  }
  return palette.paint(x, palette.levels(population.members[fittest(population)] as Float64Array));
}

/** Margins of what the members paint. Late populations paint the same pictures again; a steady model is asked about each once, which saves a third of all questions for one pixel. */
function marginsOf({ queries, palette, x, isSteady }: Evolution): (members: readonly Float64Array[]) => Promise<number[]> {
  const known = new Map<string, number>();
  return async (members) => {
    const painted = members.map(palette.levels);
    const keys = painted.map((levels, i) => (isSteady ? levels.join() : String(i)));
    const fresh = new Map(keys.flatMap((key, i) => (isSteady && known.has(key) ? [] : [[key, painted[i] as Int32Array]])));
    const margins = await queries.margins([...fresh.values()].map((levels) => palette.paint(x, levels)));
    for (const [i, key] of [...fresh.keys()].entries()) known.set(key, margins[i] as number);
    return keys.map((key) => known.get(key) as number);
  };
}

/** Members that fool a model with random layers by luck are the least fit, down to the first that holds in a vote: the search would end at them. */
async function withoutLuck(
  { members, fitness }: Population,
  holds: (genes: Float64Array) => Promise<boolean | undefined>,
): Promise<Population> {
  const settled = [...fitness];
  for (;;) {
    const at = fittest({ members, fitness: settled });
    if (!((settled[at] as number) > 0) || (await holds(members[at] as Float64Array)) !== false) return { members, fitness: settled };
    settled[at] = Number.NEGATIVE_INFINITY;
  }
}

interface Palette {
  readonly genes: number;
  /** What genes in [0, 1) say, as whole numbers: for each pixel its row, its column, and a level of 0 to 255 for each channel. */
  levels(genes: Float64Array): Int32Array;
  /** The picture with those pixels. */
  paint(x: Float32Array, levels: Int32Array): Float32Array;
}

/** As many pixels as epsilon has elements for, at least one. */
function paletteOf(preprocessing: Preprocessing, epsilon: number): Palette {
  const { channels, height, width } = imageSize(preprocessing);
  const isInterleaved = preprocessing.layout === 'NHWC' || (preprocessing.layout === 'none' && channels > 1);
  const [perPixel, perChannel] = isInterleaved ? [channels, 1] : [1, height * width];
  const pixels = Math.max(1, Math.floor(epsilon / channels));
  const steps = [height, width, ...Array.from({ length: channels }, () => 256)];
  const each = steps.length;
  return {
    genes: pixels * each,
    levels: (genes) => Int32Array.from(genes, (gene, at) => Math.floor(gene * (steps[at % each] as number))),
    paint: (x, levels) => {
      const picture = x.slice();
      for (let at = 0; at < levels.length; at += each) {
        const place = ((levels[at] as number) * width + (levels[at + 1] as number)) * perPixel;
        for (let c = 0; c < channels; c++) picture[place + c * perChannel] = (levels[at + 2 + c] as number) / 255;
      }
      return picture;
    },
  };
}
