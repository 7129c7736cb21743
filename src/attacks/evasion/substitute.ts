/** Transfer from a substitute that was trained from the model's labels alone (Papernot et al., arXiv:1602.02697), with the defaults of CleverHans' mnist_blackbox. */
import * as z from 'zod';
import type { Target } from '../../model/target.ts';
import { type Substitute, substituteTarget, trainSubstitute } from '../../training/substitute.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { momentum } from './momentum.ts';

const params = z.object({
  holdout: z.int().min(8).default(150).describe('examples that the substitute begins with; as many as there are where they are fewer'),
  rounds: z.int().min(1).max(12).default(6).describe('trainings of the substitute; before each but the first its rows double'),
  lambda: z.number().positive().default(0.1).describe('distance of a new row from the one that it is made of, in input units'),
  epochs: z.int().min(1).default(10).describe('passes over the rows in each training'),
  steps: z
    .int()
    .min(1)
    .default(1)
    .describe('gradient steps on the substitute: 1 is the fast gradient sign method, more are momentum steps'),
});

type Context = AttackContext<z.infer<typeof params>>;

export const substitute = defineAttack({
  id: 'substitute',
  name: 'Substitute',
  paper: 'arXiv:1602.02697',
  summary:
    'Trains a small network on the labels that the model gives, on rows that it makes itself, and shows the model what fools that network.',
  knowledge: 'labels',
  norms: ['linf', 'l2'],
  aim: 'budget',
  modalities: ['image', 'waveform', 'tensor'],
  learns: true,
  params,
  most: ({ holdout, rounds }) => ({ queries: 0, gradients: 0, training: holdout * 2 ** (rounds - 1) }),
  run: async (context, samples) => {
    if (samples.length === 0) return [];
    const { asked, stand } = await standFor(context, samples);
    const given = { ...context, target: stand, params: { steps: context.params.steps, earlyStop: false }, onProposal: undefined };
    const found = await momentum.run(given, samples);
    return found.map(({ index, candidate }): Proposal => {
      const proposal = { index, candidate, queries: 0, gradients: 0, training: asked };
      context.onProposal?.(proposal);
      return proposal;
    });
  },
});

interface Stand {
  readonly stand: Target;
  readonly asked: number;
}

/** One substitute for all examples of a model: the parts of an audit share it. */
const known = new WeakMap<Target, Map<string, Promise<Stand>>>();

function standFor(context: Context, samples: readonly AttackSample[]): Promise<Stand> {
  const { target, params: given, seed } = context;
  const { holdout, steps: _, ...training } = given;
  const rows = (context.starts ?? samples).slice(0, holdout);
  const own = known.get(target) ?? new Map<string, Promise<Stand>>();
  known.set(target, own);
  const key = JSON.stringify([training, seed, rows.map(({ index }) => index)]);
  const made = own.get(key) ?? trained(context, rows, training);
  own.set(key, made);
  return made;
}

async function trained(
  { target, seed, onStep }: Context,
  rows: readonly AttackSample[],
  training: Pick<z.infer<typeof params>, 'rounds' | 'lambda' | 'epochs'>,
): Promise<Stand> {
  const ask = async (asked: readonly Float32Array[]): Promise<number[]> => {
    const answers = await target.judge.answer(asked);
    onStep?.();
    return answers.map(({ label }) => label);
  };
  const onRound = async (): Promise<void> => onStep?.();
  const holdout = rows.map(({ x }) => x);
  const order = { ...training, holdout, ask, rows: target.preprocessing, classes: target.task.classes, seed, onRound };
  const made: Substitute = await trainSubstitute(order, target.runtime);
  return { stand: substituteTarget(made, target.runtime), asked: made.asked };
}
