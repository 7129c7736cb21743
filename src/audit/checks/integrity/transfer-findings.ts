/** What the check `transfer` concludes: how bad it is that examples carry over, and whether that none do means anything. */
import type { Finding } from '../../finding.ts';
import type { FindingDraft } from '../check.ts';
import type { Figures, SourceFigures } from './transfer-figures.ts';
import type { Sources } from './transfer-sources.ts';

export interface Told {
  readonly figures: Figures;
  readonly absent: Sources['absent'];
  /** Accuracy from which on a surrogate has learned the task. */
  readonly needed: number;
  /** The budget, as people say it. */
  readonly epsilon: string;
  readonly model: string;
}

/** Share of the examples fooled beyond noise: of the value itself below which nothing is said, then of the interval's lower end. */
const NEGLIGIBLE = 0.05;
const SEVERITIES = [
  [0.9, 'critical'],
  [0.3, 'high'],
  [0.1, 'medium'],
] as const;

/** Chance that noise does as well below which the trained surrogate is named, too. */
const ALONE = 0.01;

/** White-box attacks may miss one example in so many that others find. */
const MISSED = 1 / 300;

export function transferFindings(told: Told): FindingDraft[] {
  return [carriesOver(told), beatsGradients(told)].filter((finding) => finding !== undefined);
}

function severityOf({ excess, isReal }: Figures): Finding['severity'] | undefined {
  if (!isReal || excess.value < NEGLIGIBLE) return undefined;
  return SEVERITIES.find(([least]) => excess.low >= least)?.[1] ?? 'low';
}

/** Who needs what, by the kind of the strongest source. */
const NEEDED = {
  trained: 'a few hundred labelled examples of the same kind and some seconds of computing',
  file: 'some other model for the same task',
  ensemble: 'a few models of their own for the same task',
} as const;

function carriesOver({ figures, epsilon }: Told): FindingDraft | undefined {
  const severity = severityOf(figures);
  if (severity === undefined) return undefined;
  const { source } = figures.strongest;
  const made = {
    ensemble: `an ensemble (${source.origin})`,
    trained: `a small network, ${source.origin}`,
    file: `another model, ${source.name} (${source.origin})`,
  }[source.kind];
  return {
    id: 'transfer',
    severity,
    title: 'Examples made on another model fool this one',
    text: `Of the examples that it classifies correctly, {transferRate~} are fooled by ones that were made on ${made}, within ${epsilon} and without a single question to the audited model. Random noise of the same size fools {noiseRate}: {excess~} more.${aloneOf(figures)}`,
    meaning: `An attacker who never touches the model needs no more than ${NEEDED[source.kind]}. Neither secrecy of the model nor limits on queries are a defence, and nothing shows in its logs before the first attack.`,
    remedies: [
      'Train on adversarial examples of this size (PGD training, arXiv:1706.06083), or on those of other models (ensemble adversarial training, arXiv:1705.07204, which helps against transfer above all), then audit again.',
      'Keep a person or a second check behind decisions that someone would want to turn; a second model for the same input does not count as one, since examples carry over to it, too.',
      'Do not rely on keeping the model or its gradients secret.',
    ],
    reference: 'Papernot et al., Transferability in Machine Learning, arXiv:1605.07277; Dong et al., arXiv:1710.06081',
  };
}

/** What one small network does that nobody had to be given. */
function aloneOf({ sources, strongest, isReal }: Figures): string {
  const trained = sources.find(({ source }) => source.kind === 'trained');
  if (!isReal || !trained || trained === strongest || trained.chance >= ALONE) return '';
  return ` The small network alone, ${trained.source.origin}, reaches {transferRate.trained}.`;
}

/** An attacker who knows the model must do at least as well as one who does not (Carlini et al., arXiv:1902.06705, section 5). */
function beatsGradients({ figures: { whiteBox } }: Told): FindingDraft | undefined {
  if (!whiteBox || whiteBox.beyond.low <= MISSED) return undefined;
  return {
    id: 'transfer-beats-gradients',
    severity: 'medium',
    category: 'evidence',
    title: 'Examples of other models win where its own gradients fail',
    text: 'Of the examples that were attacked with its own gradients, {beyondWhiteBox~} withstood that and fell to examples of other models. An attacker who knows the model cannot do worse than one who does not: its gradients are probably masked, and the figures of attacks with gradients flatter it.',
    remedies: [
      'Trust the smaller figure, and look for rounding, quantisation, saturation or randomness in the model.',
      'Audit again with --preset thorough: more steps and restarts may close the gap.',
    ],
    reference: 'Carlini et al., On Evaluating Adversarial Robustness, arXiv:1902.06705; Athalye et al., arXiv:1802.00420',
  };
}

/** Why the check cannot tell: nothing carried over, and no source knows the task well enough for that to mean something. */
export function undecidedBecause({ figures, absent, needed }: Told): string | undefined {
  if (severityOf(figures) !== undefined || figures.sources.some(({ hasLearned }) => hasLearned)) return undefined;
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const told = ({ source, accuracy }: SourceFigures): string[] =>
    accuracy ? [`${source.name} (${source.origin}) is right on ${percent(accuracy.value)} of ${accuracy.n}`] : [];
  return [
    `Nothing carried over beyond noise, but no stand-in knows the task well enough for that to mean anything: ${figures.sources.flatMap(told).join('; ')}; ${percent(needed)} are wanted.`,
    ...absent.map(({ name, reason }) => `${name}: ${reason}.`),
    'Give --surrogate with another model for the same task, or more labelled examples to train on: --set transfer.data=PATH, --members, or a smaller --n.',
  ].join(' ');
}
