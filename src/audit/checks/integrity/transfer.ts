/** Does an adversarial example made on another model carry over to this one, without any question to it? */
import * as z from 'zod';
import type { RanEvasion } from '../../artifacts.ts';
import type { Preset } from '../../presets.ts';
import type { AttackOrder, CleanReply } from '../../subject.ts';
import { surrogateAnswers } from '../../tasks/surrogate-answers.ts';
import { type TransferOrder, transferTask } from '../../tasks/transfer.ts';
import { defineCheck, type Outcome } from '../check.ts';
import { picturesOf, transferDetails } from './transfer-details.ts';
import { type Carried, type Figures, figuresOf, type Measured, neededAccuracy } from './transfer-figures.ts';
import { transferFindings, undecidedBecause } from './transfer-findings.ts';
import { transferMetrics } from './transfer-metrics.ts';
import { type Context, gatherSources, reasonOf, type Source, type Sources } from './transfer-sources.ts';

export const transfer = defineCheck({
  id: 'transfer',
  category: 'integrity',
  title: 'Adversarial examples of other models rarely fool it',
  failureTitle: 'Adversarial examples of other models fool it',
  why: 'An attacker who needs neither the model nor a question to it cannot be seen coming, and cannot be kept out by secrecy or limits on queries.',
  tags: ['NIST:NISTAML.022', 'NIST:NISTAML.025', 'ATLAS:AML.T0005', 'ATLAS:AML.T0043.002', 'OWASP-ML:ML01', 'EU-AI-ACT:15(5)'],
  figures: [
    'transferRate',
    'transferRate.*',
    'noiseRate',
    'excess',
    'robustAccuracy',
    'robustAccuracy8bit',
    'surrogateAccuracy',
    'whiteBoxRate',
    'beyondWhiteBox',
  ],
  needs: [],
  attackers: { goals: ['integrity'], access: ['scene', 'sensor', 'input', 'api'] },
  attacks: () => true,
  params: z.object({
    trained: z.boolean().default(true).describe('train a small surrogate on examples that are not audited'),
    data: z.string().optional().describe('labelled data to train it on instead'),
    labels: z.string().optional().describe('the labels of that data, where it does not carry them'),
    steps: z.int().min(1).default(10).describe('gradient steps on the surrogate'),
  }),
  applies: ({ prepared, options }) => {
    if (prepared.preprocessing.modality === 'text')
      return 'Edits of a text do not follow the gradients of another model; Gibbon has no transfer attack on text yet.';
    return options.norm === 'l0' ? 'Its attack has no l0 form.' : undefined;
  },
  run: async (context) => {
    const clean = await context.artifacts.clean();
    const correct = correctOf(clean, context);
    if (correct.length === 0) return { undecided: 'It classifies no example correctly: there is nothing to fool.' };
    const { found, absent } = await gatherSources(context);
    if (found.length === 0)
      return {
        notApplicable: `No other model could stand in for it. ${absent.map(({ name, reason }) => `${name}: ${reason}.`).join(' ')}`,
      };
    const carriage = await carry(context, { found, absent }, correct, clean);
    if (carriage.carried.length === 0) return { undecided: carriage.absent.map(({ name, reason }) => `${name}: ${reason}.`).join(' ') };
    const measured: Measured = { clean, labels: context.prepared.labels, ...carriage, evasion: await evasionOf(context) };
    return outcomeOf(context, { measured, absent: carriage.absent });
  },
});

interface Concluded {
  readonly measured: Measured;
  readonly absent: Sources['absent'];
}

async function outcomeOf(context: Context, { measured, absent }: Concluded): Promise<Outcome> {
  const figures = figuresOf(measured);
  const needed = neededAccuracy(measured);
  const told = { figures, absent, needed, epsilon: context.epsilon.text, model: context.model.name };
  const pictures = await picturesFor(context, figures, measured);
  const undecided = undecidedBecause(told);
  return {
    metrics: transferMetrics(figures, measured),
    findings: transferFindings(told),
    details: [
      ...transferDetails(told, { factors: FACTORS[context.options.preset], epsilon: context.epsilon, norm: context.options.norm }),
      ...pictures,
    ],
    ...(undecided !== undefined && { undecided }),
  };
}

function correctOf(clean: readonly CleanReply[], { prepared }: Context): AttackOrder['items'] {
  return clean.filter(({ index, label }) => label === prepared.labels[index]).map(({ index, label }) => ({ index, label }));
}

/** The same perturbations in smaller, in parts of their size: the curve costs no further gradients. */
const FACTORS: Readonly<Record<Preset, readonly number[]>> = {
  quick: [0.5],
  standard: [0.25, 0.5, 0.75],
  thorough: [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875],
};

const NOISE = { id: 'uniform-noise', params: { repeats: 1 } };

/** Run to the end, since a surrogate that is just fooled proves little; in L1, which the momentum method does not know, by PGD. */
function attackFor({ options, epsilon, params: { steps } }: Context): AttackOrder['attack'] {
  const { norm } = options;
  const how =
    norm === 'l1'
      ? { id: 'pgd', params: { steps, randomStart: false, earlyStop: false } }
      : { id: 'momentum', params: { steps, earlyStop: false } };
  return { ...how, norm, epsilon: epsilon.value };
}

interface Carriage extends Pick<Measured, 'carried' | 'noise'> {
  readonly absent: Sources['absent'];
}

async function carry(
  context: Context,
  { found, absent }: Sources,
  correct: AttackOrder['items'],
  clean: readonly CleanReply[],
): Promise<Carriage> {
  const { rows, reporter, model } = context;
  const order = (source: Source | undefined): TransferOrder => orderOf(context, source, found);
  reporter.phase(`${model.name}: random noise`, correct.length);
  const noise = await rows(transferTask, order(undefined), correct);
  const carried: Carried[] = [];
  const failed: { name: string; reason: string }[] = [];
  for (const source of found) {
    try {
      reporter.phase(`${model.name}: examples of ${source.name}`, correct.length);
      const replies = await rows(transferTask, order(source), correct);
      const { subject, prepared } = context;
      const question = { subject, classes: prepared.data.classes, surrogates: source.specs };
      const answers =
        source.kind === 'ensemble'
          ? undefined
          : await rows(
              surrogateAnswers,
              question,
              clean.map(({ index }) => ({ index })),
            );
      carried.push({ source, replies, answers });
    } catch (thrown) {
      failed.push({ name: source.name, reason: reasonOf(thrown) });
    }
  }
  return { carried, noise, absent: [...absent, ...failed] };
}

/** Noise needs no source, and is shown to the audited model only. */
function orderOf(context: Context, source: Source | undefined, found: readonly Source[]): TransferOrder {
  const { subject, prepared, options } = context;
  const isTable = prepared.preprocessing.modality === 'table';
  const attack = attackFor(context);
  return {
    subject,
    classes: prepared.data.classes,
    surrogates: source?.specs ?? [],
    against: source ? found.flatMap(({ kind, specs }) => (kind === 'ensemble' ? [] : specs)) : [],
    attack: source ? attack : { ...attack, ...NOISE },
    // A row of a table between two others is seldom one that the data could hold.
    factors: isTable ? [] : FACTORS[options.preset],
  };
}

/** What attacks on the model itself found, where there are any. @throws what ends the check: its budget, an abort */
async function evasionOf({ artifacts }: Context): Promise<RanEvasion | undefined> {
  try {
    return await artifacts.evasion();
  } catch (thrown) {
    reasonOf(thrown);
    return undefined;
  }
}

async function picturesFor(context: Context, { strongest }: Figures, { carried }: Measured) {
  const { once, prepared } = context;
  if (prepared.preprocessing.modality !== 'image') return [];
  const winner = carried.find(({ source }) => source === strongest.source) as Carried;
  return picturesOf(winner, {
    names: prepared.data.classNames,
    draw: (items, order) => once(order, { ...orderOf(context, winner.source, []), items }),
    labels: prepared.labels,
  });
}
