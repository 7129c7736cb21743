/** How long does an answer take, how much memory, and can an input make it take far longer (sponge examples, arXiv:2006.03463)? */
import { arch, cpus, hostname } from 'node:os';
import * as z from 'zod';
import { mannWhitney } from '../../../stats/mann-whitney.ts';
import { median } from '../../../stats/quantile.ts';
import { quantileInterval } from '../../../stats/quantile-interval.ts';
import type { Detail } from '../../details.ts';
import { figure, type Metric } from '../../metric.ts';
import { type LatencyReply, latencyTask, type TimedInput } from '../../tasks/latency.ts';
import { defineCheck, type FindingDraft } from '../check.ts';

/** Milliseconds for each part of the measurement, and batch sizes. */
const PATIENCE = { quick: 500, standard: 2000, thorough: 8000 } as const;
const BATCHES = [1, 8, 32];
/** Numbers of a batch at most. */
const MOST_NUMBERS = 5e6;
const EXAMPLES = 64;

/** Below this ratio of medians a difference matters to nobody. */
const SLOWER = 2;
const FAR_SLOWER = 10;
/** Level of the rank test, shared by the inputs that are compared. */
const LEVEL = 0.001;
/** Times below this, in milliseconds, are those of the timer and of the call. */
const TIMER = 0.05;
/** Growth of memory over the second half of the runs that is more than settling in. */
const GROWS = 64 * 2 ** 20;
const GROWTH = 0.25;

const QUANTILES = [0.5, 0.95, 0.99] as const;
const nameOf = (p: number): string => `p${Math.round(100 * p)}`;

export const latency = defineCheck({
  id: 'latency',
  category: 'availability',
  title: 'No input takes far longer than another',
  failureTitle: 'Some inputs take far longer than others',
  why: 'Whoever finds inputs that cost a hundred times as much takes a service down with a hundredth of the requests.',
  tags: ['NIST:NISTAML.014', 'ATLAS:AML.T0029', 'ATLAS:AML.T0034.001', 'EU-AI-ACT:15(4)'],
  figures: [
    ...[...QUANTILES.map(nameOf), 'throughput'].flatMap((name) => BATCHES.map((rows) => `${name}@batch=${rows}`)),
    'load',
    'warmUp',
    'worstRatio',
    'memoryLoaded',
    'memoryRuns',
  ],
  needs: ['file'],
  attackers: { goals: ['availability'], access: ['input', 'api'] },
  isTimed: true,
  params: z.object({}),
  run: async ({ options, prepared, subject, chosen, once, reporter, model }) => {
    reporter.phase(`${model.name}: latency`, 1);
    const size = prepared.preprocessing.shape.reduce((a, b) => a * b, 1);
    const batches = BATCHES.filter((rows) => rows === 1 || rows * size <= MOST_NUMBERS);
    const indices = chosen.slice(0, EXAMPLES);
    // Figures of another machine are none of this one's, and those of more threads none of one.
    const machine = [hostname(), arch(), cpus()[0]?.model ?? 'unknown', options.threads].join(' ');
    const measured = await once(latencyTask, { subject, indices, batches, patience: PATIENCE[options.preset], machine });
    reporter.advance(1);
    return {
      metrics: metricsOf(measured),
      findings: [...slowInputs(measured), ...memory(measured)],
      details: [batchTable(measured), inputTable(measured)],
    };
  },
});

function metricsOf({ loads, first, batches, slow, usual, rss }: LatencyReply): Record<string, Metric> {
  const own = (value: number, label: string, unit: Metric['unit'], method: string): Metric =>
    figure(value, { label, better: 'lower', unit, method });
  const quantiles = batches.flatMap(({ rows, times }) =>
    QUANTILES.map((p): [string, Metric] => [
      `${nameOf(p)}@batch=${rows}`,
      quantileMetric(times, p, `${nameOf(p)} latency, batch of ${rows}`),
    ]),
  );
  const throughput = batches.map(({ rows, times }): [string, Metric] => [
    `throughput@batch=${rows}`,
    figure((1000 * rows) / median(times), {
      label: `Answers a second, batch of ${rows}`,
      better: 'higher',
      unit: 'number',
      n: times.length,
      method: 'rows by the median time',
    }),
  ]);
  const [before, loaded, , end] = rss;
  return {
    ...Object.fromEntries(quantiles),
    ...Object.fromEntries(throughput),
    load: own(median(loads), 'Loading', 'ms', `median of ${loads.length} loads`),
    warmUp: own(first, 'First run', 'ms', 'one run after loading'),
    worstRatio: worstRatio(slow, usual),
    memoryLoaded: own(Math.max(0, loaded - before), 'Memory for the model', 'bytes', 'resident memory after loading, less before'),
    memoryRuns: own(Math.max(0, end - loaded), 'Memory for runs', 'bytes', 'resident memory at the end, less after loading'),
  };
}

function quantileMetric(times: readonly number[], p: number, label: string): Metric {
  const { value, low, high } = quantileInterval(times, p);
  const told = { label, better: 'lower', unit: 'ms', n: times.length } as const;
  // A quantile beyond the largest value is not seen at all.
  if (times.length < 1 / (1 - p)) return figure(null, { ...told, method: `${times.length} runs do not reach it` });
  const method = `order statistics${high === null ? ', too few runs to bound it above' : ''}`;
  return { ...figure(value, { ...told, method }), low, high };
}

function worstRatio(slow: readonly TimedInput[], usual: readonly TimedInput[]): Metric {
  const told = { label: 'Slowest input against the median one', better: 'lower', unit: 'ratio', baseline: 1 } as const;
  const [middle, worst] = [typical(usual), slowest(slow)];
  if (worst === undefined || !(middle > TIMER)) return figure(null, { ...told, method: 'runs are too short to be told apart' });
  return figure(median(worst.times) / middle, { ...told, n: worst.times.length, method: 'medians of runs that the search did not see' });
}

const slowest = (slow: readonly TimedInput[]): TimedInput | undefined =>
  slow.reduce<TimedInput | undefined>((worst, one) => (!worst || median(one.times) > median(worst.times) ? one : worst), undefined);

const pooled = (inputs: readonly TimedInput[]): number[] => inputs.flatMap(({ times }) => times);
const typical = (inputs: readonly TimedInput[]): number => (inputs.length === 0 ? 0 : median(pooled(inputs)));

/** Slower by the rank test at the shared level, and by enough to matter. */
export function isSlower({ times }: TimedInput, usual: readonly TimedInput[], compared: number, by = SLOWER): boolean {
  const middle = typical(usual);
  return middle > TIMER && median(times) >= by * middle && mannWhitney(times, pooled(usual)).p <= LEVEL / compared;
}

function slowInputs({ slow, usual }: LatencyReply): FindingDraft[] {
  const found = slow.filter((one) => isSlower(one, usual, slow.length));
  if (found.length === 0) return [];
  const isFar = found.some((one) => isSlower(one, usual, slow.length, FAR_SLOWER));
  return [
    {
      id: 'slow-inputs',
      severity: isFar ? 'high' : 'medium',
      title: isFar ? 'Some inputs take many times as long as others' : 'Some inputs take at least twice as long as others',
      text: `Slow in the search and slow again when timed afresh: ${found.map(({ name }) => name).join('; ')}. The table has the times; the rank test tells them from the median inputs.`,
      meaning: 'Few requests of this kind keep a service busy.',
      remedies: [
        'Limit the length of inputs, and the time of a request, in front of the model.',
        'Flush denormal numbers to zero (session.set_denormal_as_zero of ONNX Runtime), and cut or pad sequences to one length.',
      ],
      reference: 'Shumailov et al., Sponge Examples, arXiv:2006.03463',
    },
  ];
}

function memory({ rss: [, loaded, halfway, end] }: LatencyReply): FindingDraft[] {
  const grown = end - halfway;
  if (grown < GROWS || grown < GROWTH * (halfway - loaded)) return [];
  return [
    {
      id: 'memory-grows',
      severity: 'low',
      title: 'Memory goes on growing with the inputs tried',
      text: 'Resident memory rose as much again over the search for slow inputs as a run should need. Inputs of many lengths, or a leak, do that.',
      remedies: ['Limit the length of inputs; restart workers after a number of requests.'],
    },
  ];
}

const three = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(3)));

function batchTable({ batches }: LatencyReply): Detail {
  return {
    kind: 'table',
    title: 'Times by batch',
    columns: [{ name: 'rows' }, { name: 'runs' }, ...QUANTILES.map((p) => ({ name: nameOf(p), unit: 'ms' })), { name: 'rows a second' }],
    rows: batches.map(({ rows, times }) => [
      rows,
      times.length,
      ...QUANTILES.map((p) => three(quantileMetric(times, p, '').value)),
      three((1000 * rows) / median(times)),
    ]),
  };
}

function inputTable({ slow, usual, searched }: LatencyReply): Detail {
  const middle = typical(usual);
  const row = ({ name, times }: TimedInput, kind: string): (string | number | null)[] => [
    name,
    kind,
    times.length,
    three(median(times)),
    three(quantileInterval(times, 0.5).low),
    three(quantileInterval(times, 0.5).high),
    middle > 0 ? three(median(times) / middle) : null,
  ];
  return {
    kind: 'table',
    title: `Single inputs, timed afresh: the slowest of ${searched} in the search, and those in the middle`,
    columns: [
      { name: 'input' },
      { name: 'in the search' },
      { name: 'runs' },
      { name: 'median', unit: 'ms' },
      { name: 'low', unit: 'ms' },
      { name: 'high', unit: 'ms' },
      { name: 'ratio' },
    ],
    rows: [...slow.map((one) => row(one, 'slow')), ...usual.map((one) => row(one, 'middle'))],
  };
}
