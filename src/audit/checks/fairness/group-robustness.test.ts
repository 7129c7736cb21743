/** The check on planted attacks: what falls more often in one group is found, a gap in clean accuracy alone is not, and a broken model is compared where something is left. */
import { describe, expect, it } from 'vitest';
import { sampleModel } from '../../../report/testing/sample-result.ts';
import { keyedRng } from '../../../rng/rng.ts';
import { proportion } from '../../../stats/proportion.ts';
import type { CheckResult } from '../../check-result.ts';
import type { ModelResult, SampleResult } from '../../result.ts';
import { runCheck } from '../../run-checks.ts';
import { contextOf, type Person } from '../../testing/check-context.ts';
import { groupRobustness } from './group-robustness.ts';

const MODEL = sampleModel({ n: 4 });
const EPSILON = 0.3;

interface Block {
  readonly group: string;
  readonly n: number;
  readonly clean: number;
  /** Shares of the correct examples that fall, by the distance at which they do. */
  readonly falls: readonly (readonly [distance: number, share: number])[];
}

function samplesOf({ n, clean, falls }: Block, from: number): SampleResult[] {
  const right = Math.round(n * clean);
  const distances = falls.flatMap(([distance, share]) => Array<number>(Math.round(right * share)).fill(distance));
  return Array.from({ length: n }, (_, i): SampleResult => {
    const linf = i < right ? distances[i] : undefined;
    return {
      index: from + i,
      id: String(from + i),
      label: 0,
      clean: { label: i < right ? 0 : 1, confidence: 0.9 },
      adversarial:
        linf === undefined
          ? null
          : { attack: 'pgd', label: 1, confidence: 0.9, distances: { l0: 1, l1: linf, l2: linf, linf, ssim: null }, survives8bit: null },
    };
  });
}

async function checked(
  blocks: readonly Block[],
  changed: Partial<ModelResult['summary']> = {},
  epsilons: readonly number[] = [],
): Promise<CheckResult> {
  let from = 0;
  const samples = blocks.flatMap((block) => {
    const own = samplesOf(block, from);
    from += block.n;
    return own;
  });
  const people = blocks.flatMap(({ group, n }) => Array.from({ length: n }, (): Person => ({ right: 0, decided: 0, groups: [group] })));
  const standing = samples.filter(({ label, clean, adversarial }) => clean.label === label && !adversarial).length;
  const summary = { ...MODEL.summary, verdict: 'fragile' as const, robustAccuracy: proportion(standing, samples.length), ...changed };
  const curve = epsilons.map((epsilon) => ({ epsilon, robustAccuracy: proportion(0, 1), noiseAccuracy: null }));
  const threat = { ...MODEL.threat, norm: 'linf' as const, epsilon: EPSILON, epsilonText: '0.3' };
  const { context } = contextOf({ people, attributes: ['skin'], result: { summary, samples, threat, curve } });
  return (await runCheck(groupRobustness, context)).result;
}

const LIGHT: Block = { group: 'light', n: 300, clean: 0.9, falls: [[0.2, 0.3]] };
const DARK: Block = { ...LIGHT, group: 'dark', n: 200 };

describe('group-robustness', () => {
  it('passes where attacks succeed alike, although one group is classified worse', async () => {
    const result = await checked([
      { ...LIGHT, clean: 1 },
      { ...DARK, clean: 0.6 },
    ]);
    expect(result.status).toBe('pass');
    expect(result.metrics.attackSuccessDifference?.value).toBeCloseTo(0, 12);
    expect(result.metrics.cleanAccuracyDifference?.value).toBeCloseTo(0.4, 12);
    expect(result.metrics.robustAccuracyDifference?.value).toBeCloseTo(0.7 - 0.42, 12);
    expect(result.metrics.robustAccuracyRatio?.value).toBeCloseTo(0.6, 12);
  });

  it('finds the group that falls more often, beside its accuracy without attack', async () => {
    const result = await checked([
      LIGHT,
      {
        ...DARK,
        falls: [
          [0.1, 0.4],
          [0.3, 0.3],
        ],
      },
    ]);
    expect(result.status).toBe('fail');
    const [found] = result.findings;
    expect(found).toMatchObject({
      id: 'easier-to-attack',
      severity: 'high',
      category: 'fairness',
      title: 'dark is easier to attack than light',
    });
    expect(found?.text).toMatch(/70 % .* for dark, and 30\.0 % .* for light/);
    expect(found?.text).not.toMatch(/[{}]/);
    expect(result.metrics.attackSuccessDifference).toMatchObject({ value: expect.closeTo(0.4, 12), n: 450 });
    expect(result.metrics.accuracyLossDifference?.value).toBeCloseTo(0.36, 12);
    expect(result.metrics.epsilon?.value).toBe(EPSILON);
  });

  it('compares at a smaller epsilon where nearly everything falls', async () => {
    const blocks = [
      {
        ...LIGHT,
        falls: [
          [0.05, 0.2],
          [0.25, 0.8],
        ] as const,
      },
      {
        ...DARK,
        falls: [
          [0.05, 0.8],
          [0.25, 0.2],
        ] as const,
      },
    ];
    const result = await checked(blocks, {}, [0, 0.075, 0.15, 0.3, 0.45]);
    expect(result.metrics.epsilon?.value).toBe(0.15);
    expect(result.metrics.attackSuccessDifference?.value).toBeCloseTo(0.6, 12);
    expect(result.findings.map(({ id }) => id)).toEqual(['easier-to-attack', 'smaller-epsilon']);
    const curve = result.details.find(({ kind }) => kind === 'curve');
    expect(curve).toMatchObject({
      lines: [
        { name: 'light (n = 300)', points: [{ x: 0, y: 0.9 }, { x: 0.075, y: expect.closeTo(0.72, 12) }, { x: 0.15 }, { x: 0.3, y: 0 }] },
        { name: 'dark (n = 200)' },
      ],
    });
  });

  it('says that nothing is left where all groups are broken at every epsilon', async () => {
    const all = [[0.01, 1]] as const;
    const result = await checked(
      [
        { ...LIGHT, falls: all },
        { ...DARK, falls: all },
      ],
      { verdict: 'broken' },
      [0.15, 0.3],
    );
    expect(result.findings.map(({ id }) => id)).toEqual(['nothing-left']);
    expect(result.metrics.attackSuccessDifference?.value).toBe(0);
  });

  it('has nothing to say without attacks, without two large groups, or where too little was tried', async () => {
    expect(await checked([LIGHT, DARK], { robustAccuracy: proportion(0, 0) })).toMatchObject({ status: 'not-applicable' });
    expect(await checked([LIGHT, { ...DARK, n: 10 }])).toMatchObject({ status: 'not-applicable', reason: expect.stringContaining('--n') });
    expect(await checked([LIGHT, DARK], { verdict: 'undecided', headline: 'Undecided: noise only.' })).toMatchObject({
      status: 'undecided',
      reason: 'Undecided: noise only.',
    });
    expect(
      await checked([
        { ...LIGHT, n: 40 },
        { ...DARK, n: 40, falls: [[0.2, 0.5]] },
      ]),
    ).toMatchObject({ status: 'undecided', reason: expect.stringMatching(/chance/) });
  });

  it('raises no alarm over forty models that are attacked alike', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const rng = keyedRng(seed, 'attacked');
      const drawn = (n: number): number => Array.from({ length: n }, () => Number(rng.uniform() < 0.4)).reduce((a, b) => a + b, 0) / n;
      const blocks = [200, 120, 50, 30].map((n, i): Block => ({ group: `${i}`, n, clean: 1, falls: [[0.2, drawn(n)]] }));
      expect(['pass', 'undecided']).toContain((await checked(blocks)).status);
    }
  });
});
