/** From figures to a verdict and findings: what they mean, how sure that is, and what to do. */
import type { AttackResult, Finding, ModelResult, Proportion } from './result.ts';

/** Share of the clean accuracy that must be left under attack. */
const ROBUST = 0.7;
const BROKEN = 0.1;

const percent = (p: Proportion): string => `${(100 * p.value).toFixed(p.n >= 200 ? 1 : 0)} %`;
/** Rounded outwards, as everywhere else. */
export const range = (p: Proportion): string =>
  `${(Math.floor(p.low * 1000 + 1e-9) / 10).toFixed(1)}–${(Math.ceil(p.high * 1000 - 1e-9) / 10).toFixed(1)} %`;

/** How hard the model was tried: by something stronger than noise on every example, by noise alone, by only a part of what was planned (a failure, a budget), so that it answered NaN, or by nothing, since the budget leaves nothing to change or no attack was asked for; whether harder attacks on a part of what stands broke more (`again`), and whether the model's answers are random, rarely or often changing the decision; and whether a check of the evidence failed (`distrusted`). */
export type Pressure = 'full' | 'distrusted' | 'noise' | 'incomplete' | 'nan' | 'still' | 'none' | 'budget' | 'again' | 'random' | 'fickle';

/** What a share of examples that stand means beside the clean accuracy. */
export function classOf(clean: Proportion, value: number): 'robust' | 'fragile' | 'broken' {
  return value >= ROBUST * clean.value ? 'robust' : value < BROKEN * clean.value ? 'broken' : 'fragile';
}

/** Does a share of examples that cannot be broken show that the model is robust, wherever in their intervals it and the clean accuracy lie? */
export function isShownRobust(clean: Proportion, share: Proportion): boolean {
  return share.low >= ROBUST * clean.high;
}

/** `undecided` where the interval of the robust accuracy reaches over both thresholds, and where it holds only because too little was tried. */
export function verdictOf(clean: Proportion, robust: Proportion, pressure: Pressure): ModelResult['summary']['verdict'] {
  const at = (value: number): ReturnType<typeof classOf> => classOf(clean, value);
  const ends = new Set([at(robust.low), at(robust.high)]);
  if ((ends.has('robust') && ends.has('broken')) || clean.count === 0 || pressure === 'fickle') return 'undecided';
  return pressure !== 'full' && at(robust.value) !== 'broken' ? 'undecided' : at(robust.value);
}

export interface Headline {
  readonly verdict: ModelResult['summary']['verdict'];
  readonly cleanAccuracy: Proportion;
  readonly robustAccuracy: Proportion;
  readonly epsilon: string;
  readonly pressure: Pressure;
}

export function headlineOf({ verdict, cleanAccuracy: clean, robustAccuracy: robust, epsilon, pressure }: Headline): string {
  const figures = `${percent(robust)} of ${robust.n} examples survive (clean: ${percent(clean)})`;
  switch (verdict) {
    case 'broken':
      return `Broken: at epsilon ${epsilon}, ${figures}.`;
    case 'fragile':
      return `Fragile: at epsilon ${epsilon}, ${figures}.`;
    case 'robust':
      return `Holds against what was tried: at epsilon ${epsilon}, ${figures}.`;
    default:
      if (clean.count === 0) return `Undecided: not one of ${clean.n} examples is classified correctly, so there is nothing to attack.`;
      if (pressure === 'budget')
        return `Undecided: the budget ended the attacks early; of what was tried at epsilon ${epsilon}, ${figures}.`;
      if (pressure === 'none') return `Undecided: no attack was run; clean accuracy is ${percent(clean)} of ${clean.n} examples.`;
      if (pressure === 'incomplete' && robust.n === 0)
        return `Undecided: the attacks failed; clean accuracy is ${percent(clean)} of ${clean.n} examples.`;
      if (pressure === 'incomplete') return `Undecided: a part of the attacks failed; of what ran at epsilon ${epsilon}, ${figures}.`;
      if (pressure === 'nan')
        return `Undecided: under attack the model answers NaN instead of a decision; at epsilon ${epsilon}, ${figures}.`;
      if (pressure === 'still')
        return `Undecided: epsilon ${epsilon} leaves nothing of a row to change (whole numbers move by at least one); clean accuracy is ${percent(clean)}. Give a larger --epsilon.`;
      if (pressure === 'again')
        return `Undecided: harder attacks on a part of what withstood broke more of it, and the rest was not tried so hard; at epsilon ${epsilon}, at most ${figures}.`;
      if (pressure === 'random' || pressure === 'fickle')
        return `Undecided: the model answers the same input otherwise from call to call, and each figure is one draw; at epsilon ${epsilon}, ${figures}.`;
      if (pressure === 'noise')
        return `Undecided: too few examples were tried with anything stronger than random noise; at epsilon ${epsilon}, ${figures}.`;
      if (pressure === 'distrusted')
        return `Undecided: the attacks cannot be trusted on this model (see the checks of the evidence), so it may be weaker than this; at epsilon ${epsilon}, at most ${figures}.`;
      return `Undecided: ${robust.n} examples are too few to tell (${range(robust)} survive at epsilon ${epsilon}).`;
  }
}

export interface Evidence {
  readonly summary: Omit<ModelResult['summary'], 'headline'>;
  readonly attacks: readonly AttackResult[];
  readonly samples: ModelResult['samples'];
  readonly epsilon: string;
  /** Is the data text? Then other remedies help. */
  readonly isText?: boolean;
  /** Examples whose first gradient was exactly zero, or not finite, of those where one was taken. */
  readonly slopes: { readonly zero: number; readonly notFinite: number; readonly n: number };
  /** Examples that only attacks without gradients broke, of those that both kinds attacked. */
  readonly missedByGradients: { readonly count: number; readonly n: number };
  readonly unsupported: readonly string[];
  readonly masked: readonly string[];
  /** Other readings of the input that fit the labels as well. */
  readonly rivals: readonly string[];
  /** What failed while the rest went on. */
  readonly failures: readonly string[];
  /** Examples on which the model answered NaN under attack, and that nothing else broke. */
  readonly undecided: number;
  /** Why pictures are missing, where they are. */
  readonly undrawn?: readonly string[];
  /** What a budget did not reach, where it ended the attacks. */
  readonly unreached?: string | undefined;
}

export function findingsOf(evidence: Evidence): Finding[] {
  const all = [
    robustness(evidence),
    failed(evidence),
    outOfBudget(evidence),
    nan(evidence),
    ambiguous(evidence),
    ...(evidence.undrawn ?? []).map(withoutPictures),
  ];
  return all.filter((finding): finding is Finding => finding !== undefined);
}

const TRAINING = 'Train on adversarial examples of this size (PGD training, arXiv:1706.06083; TRADES, arXiv:1901.08573), then audit again.';

const EDITED_TRAINING =
  'Train on texts with typing errors of this number, or put a spelling corrector trained against such edits in front (arXiv:1905.11268), then audit again.';

function robustness({ summary, attacks, epsilon, isText }: Evidence): Finding {
  const { verdict, cleanAccuracy: clean, robustAccuracy: robust } = summary;
  if (verdict === 'undecided' && robust.count === clean.count) return nothingFell(clean, epsilon);
  // Attacks on a part of the examples speak of that part only.
  const whole = attacks.filter(({ n }) => n === robust.n);
  const strongest = whole.reduce<AttackResult | undefined>(
    (best, one) => (!best || one.robustAccuracy.value < best.robustAccuracy.value ? one : best),
    undefined,
  );
  const severity = ({ broken: 'critical', fragile: 'high', robust: 'pass', undecided: 'medium' } as const)[verdict];
  return {
    id: 'evasion',
    severity,
    category: 'integrity',
    title: verdict === 'robust' ? 'Small perturbations rarely change its decision' : 'Small perturbations change its decision',
    text: `Accuracy falls from ${percent(clean)} to at most ${percent(robust)} (95 % interval ${range(robust)}, n = ${robust.n}) when every ${isText ? `text may change by ${epsilon}` : `input may move by ${epsilon}`}. Strongest attack: ${strongest?.name ?? 'none'}. Attacks give an upper bound: the model is at most this robust.`,
    remedies:
      verdict === 'robust'
        ? []
        : [
            isText ? EDITED_TRAINING : TRAINING,
            'Keep a person or a second, independent check behind decisions that someone would want to turn.',
          ],
  };
}

/** Nothing was broken, and too little was tried to call that robust. */
function nothingFell(clean: Proportion, epsilon: string): Finding {
  return {
    id: 'evasion',
    severity: 'info',
    category: 'integrity',
    title: 'Whether small perturbations change its decision is open',
    text: `Of the ${clean.count} examples that it classifies correctly, none fell to a change of ${epsilon}; but what was tried is too little to say that none can.`,
    meaning: 'Nothing was shown that this attacker can do, and nothing that they cannot: the attacks that this audit allowed prove little.',
    remedies: ['Allow stronger attacks: an attacker who sees more (--knowledge), or a larger budget (--epsilon, --max-queries).'],
  };
}

export function noiseFinding({ summary, isText }: Evidence): Finding | undefined {
  const { noiseAccuracy: noisy, cleanAccuracy: clean } = summary;
  if (!noisy || noisy.high >= clean.low) return undefined;
  return {
    id: 'noise',
    severity: 'medium',
    category: 'integrity',
    title: 'Random noise of the same size already hurts',
    text: `Without any attacker, noise of this size takes accuracy from ${percent(clean)} to ${percent(noisy)} (${range(noisy)}). Part of what the attacks show is a lack of plain stability.`,
    remedies: [isText ? 'Add random typing errors to the training data.' : 'Add noise of this size to the training data.'],
  };
}

function failed({ failures }: Evidence): Finding | undefined {
  if (failures.length === 0) return undefined;
  return {
    id: 'incomplete',
    severity: 'high',
    category: 'evidence',
    title: 'A part of the audit failed',
    text: `${failures.join(' ')} The other figures stand, but the model was not tried as hard as planned.`,
    remedies: ['Run the audit again with a smaller --batch or fewer --workers; if it fails again, report it with the command.'],
  };
}

function outOfBudget({ unreached }: Evidence): Finding | undefined {
  if (unreached === undefined) return undefined;
  return {
    id: 'budget-spent',
    severity: 'medium',
    category: 'evidence',
    title: 'The budget ended the attacks early',
    text: `Of the budget ${unreached}. The figures are those of what was tried; with a budget of seconds they depend on the machine.`,
    remedies: ['Raise the budget: a second run in the same folder goes on from what is finished.'],
  };
}

/** Pictures are drawn when everything is decided. */
function withoutPictures(failure: string): Finding {
  return {
    id: 'no-pictures',
    severity: 'low',
    category: 'evidence',
    title: 'The pictures are missing',
    text: `${failure} All figures stand; only the pictures of broken examples could not be drawn.`,
    remedies: ['Run the audit again with fewer --workers; if it fails again, report it with the command.'],
  };
}

/** Labels that fit several readings of the input leave open which one the figures belong to. */
function ambiguous({ rivals }: Evidence): Finding | undefined {
  if (rivals.length === 0) return undefined;
  return {
    id: 'ambiguous-input',
    severity: 'low',
    category: 'evidence',
    title: 'The labels fit more than one reading of the input',
    text: `Clean accuracy does not tell the reading that was audited from ${rivals.join('; ')}. Robust accuracy may differ between them.`,
    remedies: ['If your pipeline feeds the model otherwise, say so with --mean, --std and --channels.'],
  };
}

function nan({ undecided, samples }: Evidence): Finding | undefined {
  if (undecided === 0) return undefined;
  return {
    id: 'nan-answers',
    severity: 'high',
    category: 'availability',
    title: 'It answers NaN to valid inputs',
    text: `On ${undecided} of ${samples.length} examples an input within the budget made the model answer NaN. That counts neither as its success nor as the attacker's: whoever uses the answer gets no decision, or an arbitrary one.`,
    remedies: [
      'Find the operator that overflows or divides by zero (often Log, Div, Sqrt or Exp), and guard it; let the caller refuse answers that are not finite.',
    ],
  };
}
