/** Mimicry of the network behind a fine-tuned one (Wang et al., "With Great Training Comes Great Vulnerability", USENIX Security 2018). */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import type { Target } from '../../model/target.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { withGoals } from '../targets.ts';
import { goalsFor } from './mimic-goals.ts';
import { mimicFields, mimicStep, runsOf } from './mimic-step.ts';

const params = z.object({
  steps: z.int().min(1).default(50).describe('gradient steps on the second model towards each example that is to be resembled'),
  goals: z.int().min(1).default(5).describe('examples that are resembled in turn; each costs the audited model one question'),
  layer: z
    .union([z.int().min(1), z.string().min(1)])
    .default(1)
    .describe('where the representation is taken: how many layers of weights lie behind it, or the name of a value in the second model'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>, 'linf' | 'l2'>;

export const mimic = defineAttack({
  id: 'mimic',
  name: 'Mimicry',
  paper: 'Wang et al., USENIX Security 2018; arXiv:1511.05122',
  summary:
    'Changes an example until the public network that the model was fine-tuned from sees another one in it, by the values of an inner layer; the model itself is only asked for labels.',
  knowledge: 'labels',
  norms: ['linf', 'l2'],
  aim: 'budget',
  modalities: ['image', 'waveform', 'tensor'],
  learns: true,
  takesTeacher: true,
  params,
  most: ({ goals }) => ({ queries: goals, gradients: 0 }),
  run: async (context, samples) => {
    const { teacher, target, params: given } = context;
    if (!teacher)
      throw new GibbonError('E_USAGE', 'mimicry needs the network that the model was fine-tuned from', {
        hint: 'Give it with --surrogate (in the API: `surrogate`).',
      });
    if (given.target !== undefined && given.target >= target.task.classes)
      throw new GibbonError('E_USAGE', `target class ${given.target} does not exist`, {
        hint: `The model has ${target.task.classes} classes, 0 to ${target.task.classes - 1}.`,
      });
    if (samples.length === 0) return [];
    return mimicked(context, await teacher.at(given.layer), samples);
  },
});

async function mimicked(context: Context, inner: Target, samples: readonly AttackSample[]): Promise<Proposal[]> {
  const { target, norm, epsilon, params: given, starts, onProposal } = context;
  const { steps, goals, target: wanted } = given;
  const chosen = await goalsFor(inner, samples, { known: starts ?? samples, goals, wanted });
  const wants = new Map(samples.map(({ index }, i): [number, AttackSample[]] => [index, chosen[i] as AttackSample[]]));
  const able = samples.filter(({ index }) => wants.get(index)?.length);
  const { answer } = target.judge;
  // The steps see the second model alone; the audited one says by its labels which examples need no further goal.
  const stage: Target = { ...inner, judge: { ...target.judge, decide: answer } };
  const iteration = {
    id: `mimic ${norm}`,
    steps: runsOf(steps),
    // Fewer where no example has as many to resemble.
    restarts: Math.max(1, ...chosen.map(({ length }) => length)),
    fields: ({ index, x }: AttackSample, restart: number) => {
      const own = wants.get(index) as AttackSample[];
      return mimicFields({ x0: x, start: x, goal: (own[restart % own.length] as AttackSample).x, epsilon, steps });
    },
    define: mimicStep(norm, 'goal'),
  };
  const asked = (proposal: Proposal): Proposal => questionsOf(proposal, steps);
  const within = { ...context, target: stage, onProposal: onProposal && ((proposal: Proposal) => onProposal(asked(proposal))) };
  const fooled = (sample: AttackSample, label: number): boolean => (wanted === undefined ? label !== sample.label : label === wanted);
  const found = new Map((await iterate(within, iteration, able, fooled)).map((one) => [one.index, asked(one)]));
  const none = samples
    .filter(({ index }) => !found.has(index))
    .map(({ index }): Proposal => ({ index, candidate: undefined, queries: 0, gradients: 0 }));
  for (const one of none) {
    context.onProgress?.(1);
    onProposal?.(one);
  }
  const all = new Map([...found, ...none.map((one): [number, Proposal] => [one.index, one])]);
  const proposals = samples.map(({ index }) => all.get(index) as Proposal);
  return withGoals(proposals, wanted === undefined ? undefined : new Map(samples.map(({ index }) => [index, wanted])));
}

/** Each example that was resembled took so many gradients of the second model, and one question to the audited one. */
function questionsOf({ index, candidate, gradients }: Proposal, steps: number): Proposal {
  return { index, candidate, queries: gradients / runsOf(steps), gradients: 0 };
}
