/** Boundary attack (Brendel, Rauber & Bethge, arXiv:1712.04248): a random walk along the decision boundary, with the defaults of Foolbox's BoundaryAttack. */
import * as z from 'zod';
import { normalPool } from '../../rng/pools.ts';
import { defineAttack } from '../attack.ts';
import { bisect } from '../bisect.ts';
import { byLabels, type Hunt } from '../by-labels.ts';
import { startingPoints } from '../starting-point.ts';
import { type BoundaryMoves, boundaryMoves } from './boundary-moves.ts';

const params = z.object({
  steps: z.int().min(1).default(25_000).describe('steps of the walk'),
  sphericalStep: z.number().positive().default(0.01).describe('first step along the sphere around the example, in shares of the distance'),
  sourceStep: z.number().positive().default(0.01).describe('first step towards the example, in shares of the distance'),
  convergence: z.number().min(0).default(1e-7).describe('a step towards the example below it ends the walk'),
  adaptation: z.number().gt(1).default(1.5).describe('factor by which steps grow and shrink'),
  maxQueries: z.int().min(1).default(10_000).describe('questions per example'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Params = z.infer<typeof params>;

/** Steps between two looks at the point on the sphere, by which sizes are adapted. */
const LOOK_EVERY = 10;
/** A walk that comes no more than this share nearer in so many steps has arrived. */
const STANDSTILL = { steps: 1000, share: 1e-3 };

export const boundary = defineAttack({
  id: 'boundary',
  name: 'Boundary attack',
  paper: 'arXiv:1712.04248',
  summary: 'Walks at random along the decision boundary, ever nearer, by asking for labels alone: the first attack of its kind.',
  knowledge: 'labels',
  norms: ['l2'],
  aim: 'minimal',
  params,
  run: async (context, samples) => {
    if (samples.length === 0) return [];
    const moves = await boundaryMoves(context.target);
    return byLabels(context, 'boundary', samples, async (hunt) => search({ ...context.params, moves, hunt }));
  },
});

interface Reached {
  readonly point: Float32Array;
  readonly distance: number;
}

interface Walk extends Params {
  readonly moves: BoundaryMoves;
  readonly hunt: Hunt;
}

/** A walk from the nearest start and, while steps and questions are left, others from wherever the next start is: the region behind the nearest need not be the nearest. */
async function search(setting: Walk): Promise<Float32Array | undefined> {
  const { hunt } = setting;
  let [best, left]: [Reached | undefined, number] = [undefined, setting.steps];
  const visited = new Set<number | undefined>();
  for (let round = 0; left > 0 && hunt.queries.left > 0 && (best === undefined || best.distance > hunt.enough); round++) {
    const start = await begin(setting, round, visited);
    if (start === undefined) break;
    const { reached, steps } = await walk(setting, start, { round, most: left });
    if (best === undefined || reached.distance < best.distance) best = reached;
    visited.add((await hunt.queries.classes([reached.point]))[0]);
    left -= Math.max(1, steps);
  }
  return best?.point;
}

/** The nearest of the starting points, each brought near the boundary on the line to the example; after the first round of those in classes where no walk has ended. */
async function begin({ moves, hunt }: Walk, round: number, visited: ReadonlySet<number | undefined>): Promise<Reached | undefined> {
  const { queries } = hunt;
  const { x } = queries.sample;
  const near: Reached[] = [];
  for (const start of await startingPoints({ ...hunt, rng: hunt.rng('start', round) })) {
    const { point } = await bisect(queries, { point: start, high: 1, at: (t) => moves.blend(x, start, t), threshold: 1e-3 });
    near.push({ point, distance: await moves.distance(x, point) });
  }
  near.sort((a, b) => a.distance - b.distance);
  if (round === 0) return near[0];
  const classes = await queries.classes(near.map(({ point }) => point));
  return near.find((_, i) => !visited.has(classes[i])) ?? near[0];
}

/** A random walk until it converges, stands still, or is near enough; where it came, and after how many steps. */
async function walk(
  { moves, hunt, ...given }: Walk,
  start: Reached,
  { round, most }: { round: number; most: number },
): Promise<{ reached: Reached; steps: number }> {
  const { queries, enough } = hunt;
  const { x } = queries.sample;
  const rng = hunt.rng('walk', round);
  const noise = new Float32Array(x.length);
  const sizes = stepSizes(given);
  let [here, before, step] = [start, Number.POSITIVE_INFINITY, 0];
  while (step < most && queries.left > 0 && here.distance > enough && sizes.source >= given.convergence) {
    if (step % STANDSTILL.steps === 0) {
      if (here.distance > (1 - STANDSTILL.share) * before) break;
      before = here.distance;
    }
    step++;
    rng.fillFrom(noise, normalPool());
    const { candidate, distance, onSphere } = await moves.propose(x, here.point, noise, sizes.spherical, sizes.source);
    const looks = step % LOOK_EVERY === 0;
    const [fools, stays] = await queries.fooled(looks ? [candidate, onSphere] : [candidate]);
    if (fools && distance < here.distance && (await queries.holds(candidate))) here = { point: candidate, distance };
    if (fools !== undefined && stays !== undefined) sizes.learn(fools, stays);
  }
  return { reached: here, steps: step };
}

/** The last so many answers, and the share of those that were yes once there are as many. */
class Recent {
  readonly #length: number;
  #answers: boolean[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  add(answer: boolean): void {
    this.#answers.push(answer);
    if (this.#answers.length > this.#length) this.#answers.shift();
  }

  get share(): number | undefined {
    return this.#answers.length < this.#length ? undefined : this.#answers.filter(Boolean).length / this.#length;
  }

  clear(): void {
    this.#answers = [];
  }
}

/**
 * Sizes of the two steps, from what the model said of the last points (section 2.3). On the sphere about half of the points should fool it
 * where the boundary is straight: both sizes grow above 0.5 and shrink below 0.2. Of whole steps, the one towards the example grows above 0.25 and shrinks below 0.1.
 */
function stepSizes({ sphericalStep, sourceStep, adaptation }: Params) {
  let [spherical, source] = [sphericalStep, sourceStep];
  const [onSphere, whole] = [new Recent(100), new Recent(30)];
  const factor = (recent: Recent, high: number, low: number): number => {
    const { share } = recent;
    if (share === undefined || (share <= high && share >= low)) return 1;
    recent.clear();
    return share > high ? adaptation : 1 / adaptation;
  };
  return {
    get spherical() {
      return spherical;
    },
    get source() {
      return source;
    },
    learn: (fools: boolean, stays: boolean): void => {
      onSphere.add(stays);
      whole.add(fools);
      const both = factor(onSphere, 0.5, 0.2);
      spherical *= both;
      source *= both * factor(whole, 0.25, 0.1);
    },
  };
}
