/** Inputs that no caller should send: does the model fall over, or answer them with confidence? */
import * as z from 'zod';
import { toGibbonError } from '../../../base/errors.ts';
import { proportion } from '../../../stats/proportion.ts';
import type { Detail } from '../../details.ts';
import { figure, type Metric, share } from '../../metric.ts';
import { CASES, type OddCase, suits } from '../../odd-inputs/cases.ts';
import { type OddAnswer, oddInputTask } from '../../tasks/odd-input.ts';
import { type CheckContext, defineCheck, type FindingDraft } from '../check.ts';

/** Examples that each case is tried with; forms and sizes need one only. */
const EXAMPLES = { quick: 8, standard: 20, thorough: 50 } as const;
/** An answer of this confidence is sure of itself. */
const SURE = 0.9;
const HALF = 0.5;

/** What a case came to. */
interface Tried {
  readonly odd: OddCase;
  readonly answers: readonly OddAnswer[];
  /** How its worker ended, if it did. */
  readonly end: string | undefined;
}

export const inputValidation = defineCheck({
  id: 'input-validation',
  category: 'availability',
  title: 'Odd inputs are refused, or answered as what they are',
  failureTitle: 'Odd inputs make it fall over, or are answered with confidence',
  why: 'Cameras, forms and programs send broken inputs every day. A model that answers them as if they were good ones fails silently; one that falls over takes its server along.',
  tags: ['ATLAS:AML.T0029', 'EU-AI-ACT:15(4)', 'OWASP-ML:ML01'],
  figures: ['cases', 'ended', 'refused', 'sureOfNaN'],
  needs: ['file'],
  attackers: { goals: ['integrity', 'availability'], access: ['input', 'api'] },
  params: z.object({}),
  run: async (context) => {
    const tried = await tryAll(context);
    if (tried.length === 0) return { notApplicable: 'No odd input is known for what this model takes.' };
    return { metrics: metricsOf(tried), findings: findingsOf(tried), details: [tableOf(tried)] };
  },
});

async function tryAll({ options, prepared, subject, chosen, once, reporter, model }: CheckContext): Promise<Tried[]> {
  const cases = CASES.filter((odd) => suits(odd, prepared.preprocessing));
  reporter.phase(`${model.name}: odd inputs`, cases.length);
  const step = Math.max(1, chosen.length / EXAMPLES[options.preset]);
  const some = Array.from({ length: Math.min(EXAMPLES[options.preset], chosen.length) }, (_, i) => chosen[Math.floor(i * step)] as number);
  const tried: Tried[] = [];
  for (const odd of cases) {
    const indices = odd.about === 'form' || odd.about === 'size' ? some.slice(0, 1) : some;
    const one = await once(oddInputTask, { subject, odd: odd.id, indices }).then(
      (answers) => ({ odd, answers, end: undefined }),
      (thrown: unknown) => ({ odd, answers: [], end: endOf(thrown) }),
    );
    reporter.advance(1);
    if (one.end !== undefined || one.answers.length > 0) tried.push(one);
  }
  return tried;
}

/** The end of a worker is what is looked for here. @throws everything else */
function endOf(thrown: unknown): string {
  const { code, message } = toGibbonError(thrown);
  if (code !== 'E_WORKER_DIED' && code !== 'E_WORKER_HUNG') throw thrown;
  return (
    message
      .replace(/^.*?: /, '')
      // How much it took and how much there was differs between two runs.
      .replace(/used \d+ MB of memory, more than the \d+ MB allowed,/, 'took more memory than there was for it')
      .replace(/\.$/, '')
  );
}

const isSure = (answer: OddAnswer): boolean => answer.kind === 'answered' && answer.confidence >= SURE;
const count = (answers: readonly OddAnswer[], kind: OddAnswer['kind']): number => answers.filter((one) => one.kind === kind).length;

function metricsOf(tried: readonly Tried[]): Record<string, Metric> {
  const odd = tried.filter(({ odd: { about } }) => about === 'number');
  const answers = odd.flatMap((one) => one.answers);
  const counted = (value: number, label: string, better: Metric['better']): Metric =>
    figure(value, { label, better, unit: 'count', method: 'counted' });
  const of = (kind: OddAnswer['kind']): number => tried.filter((one) => count(one.answers, kind) > 0).length;
  const worst = [...odd].sort((a, b) => sureShare(b) - sureShare(a))[0];
  return {
    cases: counted(tried.length, 'Kinds of odd input', null),
    ended: counted(tried.filter(({ end }) => end !== undefined).length, 'Kinds that ended the process', 'lower'),
    refused: counted(of('refused'), 'Kinds that were refused with an error', 'higher'),
    ...(worst &&
      answers.length > 0 && {
        sureOfNaN: share(proportion(worst.answers.filter(isSure).length, worst.answers.length), {
          label: `Answered with confidence of ${100 * SURE} % or more: ${worst.odd.fed}`,
          better: 'lower',
        }),
      }),
  };
}

const sureShare = ({ answers }: Tried): number => (answers.length === 0 ? 0 : answers.filter(isSure).length / answers.length);

function findingsOf(tried: readonly Tried[]): FindingDraft[] {
  return [ended(tried), sureOfNothing(tried), numberless(tried), otherForm(tried), outOfRange(tried)].filter((one) => one !== undefined);
}

const listed = (some: readonly Tried[]): string => some.map(({ odd }) => odd.fed).join('; ');

function ended(tried: readonly Tried[]): FindingDraft | undefined {
  const some = tried.filter(({ end }) => end !== undefined);
  if (some.length === 0) return undefined;
  return {
    id: 'ended',
    severity: 'high',
    title: 'An odd input ends the process',
    text: `{ended} of {cases} kinds of odd input did so: ${listed(some)}. The first: ${some[0]?.end}.`,
    meaning: 'One request takes down a server and everybody whom it serves.',
    remedies: [
      'Check shape, type, size and values in front of the model, and refuse what does not fit.',
      'Run the model in a process of its own that is watched and started again.',
    ],
  };
}

function sureOfNothing(tried: readonly Tried[]): FindingDraft | undefined {
  const some = tried.filter((one) => one.odd.about === 'number' && sureShare(one) >= HALF);
  if (some.length === 0) return undefined;
  return {
    id: 'sure-of-nothing',
    severity: 'medium',
    title: 'It answers with confidence what is not a number',
    text: `${listed(some)}: the worst of them is answered with a confidence of at least ${100 * SURE} % for {sureOfNaN~} of the examples.`,
    meaning: 'A broken sensor or a bug in front of the model goes unnoticed: the answer looks like any other.',
    remedies: ['Refuse inputs with NaN or infinite values in front of the model: max and Relu of ONNX Runtime may turn NaN into 0.'],
  };
}

function numberless(tried: readonly Tried[]): FindingDraft | undefined {
  const some = tried.filter(({ odd, answers }) => odd.about !== 'number' && count(answers, 'not-a-number') > 0);
  if (some.length === 0) return undefined;
  return {
    id: 'not-a-number',
    severity: 'low',
    title: 'It answers NaN to numbers out of range',
    text: `${listed(some)}: the answer is not a number, and whoever takes the largest score gets an arbitrary class.`,
    remedies: ['Let the caller refuse answers that are not finite.'],
  };
}

function otherForm(tried: readonly Tried[]): FindingDraft | undefined {
  const some = tried.filter(({ odd, answers }) => odd.about === 'form' && count(answers, 'answered') > 0);
  if (some.length === 0) return undefined;
  return {
    id: 'other-form',
    severity: 'low',
    title: 'It takes inputs of another form',
    text: `${listed(some)}: answered without an error.`,
    remedies: [
      'Declare the sizes of the input in the model (export with fixed dimensions but for the batch), or check them in front of it.',
    ],
  };
}

function outOfRange(tried: readonly Tried[]): FindingDraft | undefined {
  const some = tried.filter((one) => ['range', 'text', 'category'].includes(one.odd.about) && sureShare(one) >= HALF);
  if (some.length === 0) return undefined;
  return {
    id: 'out-of-range',
    severity: 'info',
    title: 'It is sure of itself far outside of what it knows',
    text: `${listed(some)}: at least half of the examples are answered with a confidence of ${100 * SURE} % or more. Most networks are.`,
    remedies: ['Check the range of values in front of the model; use a detector of inputs that are unlike the training data.'],
  };
}

function tableOf(tried: readonly Tried[]): Detail {
  return {
    kind: 'table',
    title: 'What was fed, and what came back',
    columns: [{ name: 'fed' }, { name: 'came back' }, { name: 'n' }, { name: 'median confidence', unit: 'share' }, { name: 'verdict' }],
    rows: tried.map((one) => [one.odd.fed, cameBack(one), one.answers.length, medianConfidence(one), verdictOf(one)]),
  };
}

function cameBack({ answers, end }: Tried): string {
  if (end !== undefined) return end;
  const refused = answers.find((one) => one.kind === 'refused');
  const parts = [
    [count(answers, 'answered'), 'answered'],
    [count(answers, 'not-a-number'), 'NaN'],
    [count(answers, 'nothing'), 'an empty answer'],
    [count(answers, 'refused'), `refused: ${refused?.kind === 'refused' ? refused.message : ''}`],
  ] as const;
  const there = parts.filter(([n]) => n > 0);
  return there.map(([n, what]) => (there.length > 1 ? `${n} × ${what}` : what)).join(', ');
}

function medianConfidence({ answers }: Tried): number | null {
  const all = answers.flatMap((one) => (one.kind === 'answered' ? [one.confidence] : [])).sort((a, b) => a - b);
  return all[all.length >> 1] ?? null;
}

function verdictOf(one: Tried): string {
  const { odd, answers, end } = one;
  if (end !== undefined) return 'falls over';
  if (answers.every(({ kind }) => kind === 'refused')) return 'good: refused';
  if (answers.every(({ kind }) => kind === 'nothing')) return 'good: nothing for nothing';
  if (odd.about === 'number' && sureShare(one) >= HALF) return 'bad: sure of what is no number';
  if (count(answers, 'not-a-number') > 0) return odd.about === 'number' ? 'shows: NaN comes out' : 'weak: NaN comes out';
  if (odd.about === 'size') return 'good: answered';
  return sureShare(one) >= HALF ? 'sure of itself' : 'answered';
}
