/** For models that refuse: how little it takes to make them do so when they should answer. */
import * as z from 'zod';
import { clopperPearson, proportion } from '../../../stats/proportion.ts';
import { isNorm } from '../../../threat/metric.ts';
import type { Detail } from '../../details.ts';
import { figure, type Metric, share } from '../../metric.ts';
import type { CleanReply } from '../../subject.ts';
import { isRefused, type Refusal, type RefusalReply, refusalTask } from '../../tasks/refusal.ts';
import { type CheckContext, defineCheck, type FindingDraft } from '../check.ts';
import type { CheckFacts } from '../facts.ts';

/** Examples, steps of the attack and draws of noise, by preset. */
const EFFORT = {
  quick: { examples: 50, steps: 10, draws: 5 },
  standard: { examples: 100, steps: 20, draws: 10 },
  thorough: { examples: 500, steps: 40, draws: 20 },
} as const;
/** Examples of large inputs are dear. */
const LARGE = 20_000;
const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1] as const;

/** Words that name a class of refusals. */
const NAMES =
  /^[_<[]*(unknown|unk|reject(ed|ion)?|others?|background|abstain|silence|none|nothing|undecided|no[ _-]?decision|out[ _-]?of[ _-]?(scope|domain)|fallback)[_>\]]*$/i;

/** Interval bounds from which the finding counts. */
const MOST = 0.5;
const MANY = 0.1;

const params = z.object({
  rejectClass: z
    .union([z.string(), z.int().min(0)])
    .optional()
    .describe(
      'the class that means refusal, by name or number; by default every class called unknown, reject, other, background, abstain, silence or the like',
    ),
  threshold: z.number().gt(0).lt(1).optional().describe('answers of less confidence count as refusals; in place of a class'),
});

export const forcedRejection = defineCheck({
  id: 'forced-rejection',
  category: 'availability',
  title: 'It takes much to make it refuse',
  failureTitle: 'Small perturbations make it refuse',
  why: 'A model that abstains is safe against wrong answers only: whoever can make it refuse whenever they like takes it out of service.',
  tags: ['NIST:NISTAML.022', 'ATLAS:AML.T0029', 'ATLAS:AML.T0043.000', 'OWASP-ML:ML01', 'EU-AI-ACT:15(5)'],
  figures: ['forced', 'byNoise', 'refusedAnyway', 'medianEpsilon'],
  needs: ['gradients'],
  attackers: { goals: ['availability'], access: ['scene', 'sensor', 'input', 'api'] },
  params,
  applies: (facts) => {
    const found = refusalOf(facts, params.parse(facts.options.checks?.params?.['forced-rejection'] ?? {}));
    return typeof found === 'string' ? found : undefined;
  },
  run: async (context) => {
    const refusal = refusalOf(context, context.params);
    if (typeof refusal === 'string') return { notApplicable: refusal };
    const clean = await context.artifacts.clean();
    const answered = standing(clean, context, refusal);
    if (answered.length === 0) return { undecided: 'It answers none of the examples correctly without refusing.' };
    const replies = await attacked(context, refusal, answered);
    const metrics = metricsOf(replies, refusedAnyway(clean, context, refusal), context);
    return { metrics, findings: findingsOf(replies, refusal, context), details: [curveOf(replies, context)] };
  },
});

/** What counts as a refusal, or why nothing does. */
function refusalOf({ prepared, options }: CheckFacts, { rejectClass, threshold }: z.infer<typeof params>): Refusal | string {
  if (!isNorm(options.norm)) return options.norm === 'edits' ? 'Its attack moves numbers, not texts.' : 'Its attack has no l0 form.';
  const { classNames, classes } = prepared.data;
  if (threshold !== undefined) {
    if (threshold > 1 / classes) return { kind: 'threshold', threshold };
    return `With ${classes} classes no answer has a confidence below ${threshold}.`;
  }
  if (typeof rejectClass === 'number')
    return rejectClass < classes ? { kind: 'class', classes: [rejectClass] } : `There is no class ${rejectClass}.`;
  const named = (classNames ?? []).flatMap((name, i) => ((rejectClass === undefined ? NAMES.test(name) : name === rejectClass) ? [i] : []));
  if (named.length > 0) return { kind: 'class', classes: named };
  if (rejectClass !== undefined) return `No class is called ${rejectClass}.`;
  return 'The model does not refuse, as far as is known: no class is called unknown, reject, other or the like. Say which is with --set forced-rejection.rejectClass=NAME, or from which confidence on answers are used with --set forced-rejection.threshold=0.5.';
}

/** Right, and no refusal. */
function standing(clean: readonly CleanReply[], { prepared }: CheckFacts, refusal: Refusal): CleanReply[] {
  return clean.filter((reply) => reply.label === prepared.labels[reply.index] && !isRefused(reply, refusal));
}

/** Of the examples that should be answered, those that are refused without anybody's doing. */
function refusedAnyway(clean: readonly CleanReply[], { prepared }: CheckFacts, refusal: Refusal): { count: number; n: number } {
  const wanted = clean.filter(({ index }) => refusal.kind === 'threshold' || !refusal.classes.includes(prepared.labels[index] as number));
  return { count: wanted.filter((reply) => isRefused(reply, refusal)).length, n: wanted.length };
}

async function attacked(context: CheckContext, refusal: Refusal, answered: readonly CleanReply[]): Promise<RefusalReply[]> {
  const { options, prepared, subject, epsilon, reporter, model, rows } = context;
  const { examples, steps, draws } = EFFORT[options.preset];
  const size = prepared.preprocessing.shape.reduce((a, b) => a * b, 1);
  const most = size > LARGE ? Math.ceil(examples / 4) : examples;
  const step = Math.max(1, answered.length / most);
  const items = Array.from({ length: Math.min(most, answered.length) }, (_, i) => answered[Math.floor(i * step)] as CleanReply).map(
    ({ index, label }) => ({ index, label }),
  );
  reporter.phase(`${model.name}: forced rejection`, items.length);
  const order = { subject, refusal, norm: options.norm as 'linf' | 'l2' | 'l1', epsilon: epsilon.value, shares: SHARES, steps, draws };
  return [...(await rows(refusalTask, order, items)).values()].sort((a, b) => a.index - b.index);
}

const within = (replies: readonly RefusalReply[], limit: number): number =>
  replies.filter((one) => one.share !== null && one.share <= limit).length;

function metricsOf(
  replies: readonly RefusalReply[],
  anyway: { count: number; n: number },
  { epsilon }: CheckFacts,
): Record<string, Metric> {
  const n = replies.length;
  const noise = clopperPearson(replies.filter(({ byNoise }) => byNoise).length, n);
  const shares = replies.map((one) => one.share ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const middle = shares[n >> 1] as number;
  return {
    forced: share(clopperPearson(within(replies, 1), n), {
      label: `Forced to refuse within ε = ${epsilon.text}`,
      better: 'lower',
      baseline: noise.value,
    }),
    byNoise: share(noise, { label: 'Refused under random noise of that size', better: 'lower' }),
    refusedAnyway: share(proportion(anyway.count, anyway.n), { label: 'Refused without any attack', better: 'lower' }),
    medianEpsilon: figure(Number.isFinite(middle) ? middle * epsilon.value : null, {
      label: 'Median of the smallest ε tried that forces a refusal',
      better: 'higher',
      unit: 'epsilon',
      n,
      method: Number.isFinite(middle)
        ? `of ε times ${SHARES.map((one) => Number(one.toFixed(4))).join(', ')}`
        : 'less than half were forced',
    }),
  };
}

function findingsOf(replies: readonly RefusalReply[], refusal: Refusal, { prepared, epsilon }: CheckFacts): FindingDraft[] {
  const forced = clopperPearson(within(replies, 1), replies.length);
  const noise = clopperPearson(replies.filter(({ byNoise }) => byNoise).length, replies.length);
  const what =
    refusal.kind === 'threshold'
      ? `an answer with a confidence below ${refusal.threshold}`
      : `the answer ${refusal.classes.map((one) => prepared.data.classNames?.[one] ?? one).join(' or ')}`;
  const findings: FindingDraft[] = [];
  if (forced.low >= MANY) {
    findings.push({
      id: 'forced',
      severity: forced.low >= MOST ? 'high' : 'medium',
      title: 'An attacker can make it refuse',
      text: `{forced~} of the examples that it answers correctly can be driven to ${what} by a perturbation of at most ${epsilon.text}; random noise of that size does it for {byNoise~}. Without an attack it refuses {refusedAnyway~}.`,
      meaning: 'The fallback becomes the usual case: people are flooded, or the service stands still, and no single answer is wrong.',
      remedies: [
        'Train on examples that are driven to refusal, as adversarial training does for wrong answers (arXiv:1706.06083), then audit again.',
        'Watch the rate of refusals, by source of the input; a rise is an attack until shown otherwise.',
        'Give the fallback a limit of its own, so that one caller cannot use it up.',
      ],
    });
  }
  if (noise.low >= MANY) {
    findings.push({
      id: 'noise-refused',
      severity: 'medium',
      title: 'Random noise alone makes it refuse',
      text: `{byNoise~} of the examples that it answers correctly are refused under random noise of size ${epsilon.text}, without any attacker.`,
      remedies: ['Add noise of this size to the training data.'],
    });
  }
  return findings;
}

function curveOf(replies: readonly RefusalReply[], { epsilon, options }: CheckFacts): Detail {
  const n = replies.length;
  const point = (x: number, count: number): { x: number; y: number; low: number; high: number } => {
    const { value, low, high } = clopperPearson(count, n);
    return { x, y: value, low, high };
  };
  const byNoise = replies.filter((one) => one.byNoise).length;
  return {
    kind: 'curve',
    title: 'Refusals against the size of the perturbation',
    x: { label: `ε (${options.norm})` },
    y: { label: 'Refused', unit: 'share' },
    lines: [
      { name: 'under attack', points: [point(0, 0), ...SHARES.map((one) => point(one * epsilon.value, within(replies, one)))] },
      { name: 'random noise', isBaseline: true, points: [point(epsilon.value, byNoise)] },
    ],
  };
}
