/** What the answers and the file give away beyond the decision: form and digits of the answer, what an extractor could solve for, and traces of people and data. */
import * as z from 'zod';
import { sizeOf } from '../../../onnx/tensor.ts';
import { bitsOf } from '../../../privacy/answer-form.ts';
import type { Rounding } from '../../../privacy/rounding.ts';
import { STRONGEST } from '../../../threat/threat-model.ts';
import type { DetailOf } from '../../details.ts';
import { type ExposureData, exposureData, type RoundedFigures } from '../../exposure-data.ts';
import { exposureFindings } from '../../exposure-findings.ts';
import { exposureList } from '../../exposure-list.ts';
import { figure, type Metric, share } from '../../metric.ts';
import { defineCheck } from '../check.ts';

export const outputExposure = defineCheck({
  id: 'output-exposure',
  category: 'confidentiality',
  title: 'Its answers and its file give away little beyond the decision',
  failureTitle: 'Its answers or its file give away more than the decision',
  why: 'Every digit of an answer helps whoever copies the model, fools it or asks after its training data; and files carry names that nobody meant to publish.',
  tags: ['NIST:NISTAML.031', 'ATLAS:AML.T0024.002', 'OWASP-ML:ML05', 'EU-AI-ACT:15(5)'],
  figures: [
    'answerNumbers',
    'decimals',
    'bits',
    'labelBits',
    'entropy',
    'distinct',
    'scoreRank',
    'unknownWeights',
    'equations',
    'extractionQueries',
    'traces',
    'decisions@label',
    'decisions@decimals=*',
    'auc@label',
    'auc@decimals=*',
  ],
  needs: [],
  attackers: { goals: ['confidentiality'], access: ['input', 'api', 'model-file'], knowledge: 'labels' },
  params: z.object({}),
  run: async (context) => {
    const { prepared, options } = context;
    const data = await exposureData(context);
    if (data.seen.n === 0) return { undecided: 'It answered NaN on every example.' };
    const { classes } = prepared.data;
    const told = { data, threat: options.threat ?? STRONGEST, size: sizeOf(prepared.preprocessing.shape), classes };
    return {
      metrics: metricsOf(data, classes, told.size),
      findings: exposureFindings(told),
      details: [exposureList(told), roundingTable(data, options.members !== undefined)],
    };
  },
});

const counted = (value: number | null, label: string, method: string, n?: number): Metric =>
  figure(value, { label, better: 'lower', unit: 'count', method, ...(n !== undefined && { n }) });

function metricsOf({ seen, rounded }: ExposureData, classes: number, size: number): Record<string, Metric> {
  const equations = Math.max(1, classes - 1);
  const number = (value: number, label: string, method: string, baseline?: number): Metric =>
    figure(value, { label, better: 'lower', baseline, unit: 'number', n: seen.n, method });
  return {
    answerNumbers: counted(seen.numbers, 'Numbers of an answer', 'counted'),
    ...(seen.decimals !== null && {
      decimals: figure(seen.decimals, {
        label: 'Decimal places',
        better: 'lower',
        unit: 'digits',
        n: seen.n,
        method: 'the fewest that every number keeps to',
      }),
    }),
    bits: number(
      bitsOf(seen, classes, seen.decimals),
      'Bits of an answer, at most',
      'logarithm of how many answers there could be',
      Math.log2(classes),
    ),
    labelBits: figure(Math.log2(classes), {
      label: 'Bits of a label',
      better: null,
      unit: 'number',
      method: 'logarithm of the number of classes',
    }),
    entropy: number(seen.entropy, 'Mean entropy of its answers in bits', 'of the probabilities that it gives'),
    distinct: counted(seen.distinct, 'Different answers', 'counted', seen.n),
    ...(seen.rank.found !== null && {
      scoreRank: counted(seen.rank.found, 'Rank of the scores', `singular values above 1e-5 of the largest, of ${seen.rank.full}`, seen.n),
    }),
    ...(seen.isLinear && {
      unknownWeights: counted((size + 1) * equations, 'Unknown weights', '(inputs + 1)·(classes − 1)'),
      equations: counted(equations, 'Equations of an answer', 'classes − 1'),
      extractionQueries: counted(size + 1, 'Answers that determine it', 'unknown weights over equations'),
    }),
    traces: counted(seen.traces.length, 'Keys, people and machines named in the file', 'patterns in names, documentation and metadata'),
    ...Object.fromEntries(rounded.filter(({ rounding }) => rounding !== 'full').flatMap(roundedMetrics)),
  };
}

const keyOf = (rounding: Rounding): string => (rounding === 'label' ? 'label' : `decimals=${rounding}`);

function roundedMetrics({ rounding, same, auc }: RoundedFigures): [string, Metric][] {
  const name = nameOf(rounding);
  return [
    [`decisions@${keyOf(rounding)}`, share(same, { label: `Decisions that stay: ${name}`, better: 'higher' })],
    ...(auc
      ? ([
          [
            `auc@${keyOf(rounding)}`,
            figure(auc.value, {
              label: `AUC of membership: ${name}`,
              better: 'lower',
              baseline: 0.5,
              unit: 'number',
              low: auc.low,
              high: auc.high,
              method: auc.method,
            }),
          ],
        ] as [string, Metric][])
      : []),
  ];
}

const nameOf = (rounding: Rounding): string =>
  rounding === 'full' ? 'as it answers' : rounding === 'label' ? 'label alone' : `${rounding} ${rounding === 1 ? 'decimal' : 'decimals'}`;

function roundingTable({ rounded }: ExposureData, hasMembers: boolean): DetailOf<'table'> {
  return {
    kind: 'table',
    title: 'What rounding would do',
    columns: [
      { name: 'Answer' },
      { name: 'Bits at most' },
      { name: 'Different answers', unit: 'count' },
      { name: 'Decisions that stay', unit: 'share' },
      ...(hasMembers ? ['AUC of membership', 'from', 'to'].map((name) => ({ name })) : []),
    ],
    rows: rounded.map(({ rounding, bits, distinct, same, auc }) => [
      nameOf(rounding),
      bits,
      distinct,
      same.value,
      ...(hasMembers ? [auc?.value ?? null, auc?.low ?? null, auc?.high ?? null] : []),
    ]),
  };
}
