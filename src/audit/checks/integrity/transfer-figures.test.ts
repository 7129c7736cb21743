import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../stats/paired.ts';
import type { CleanReply } from '../../subject.ts';
import type { TransferReply } from '../../tasks/transfer.ts';
import { type Carried, type Figures, figuresOf, type Measured, neededAccuracy } from './transfer-figures.ts';
import { transferFindings, undecidedBecause } from './transfer-findings.ts';
import { transferMetrics } from './transfer-metrics.ts';
import type { Source } from './transfer-sources.ts';

/** The first `right` of `n` examples are classified correctly; ten classes in turn. */
function clean(n: number, right: number): CleanReply[] {
  return Array.from({ length: n }, (_, index) => ({ index, id: '', label: index < right ? index % 10 : -2, confidence: 1 }));
}

const labels = (n: number): number[] => Array.from({ length: n }, (_, index) => index % 10);

function replies(right: number, broken: (index: number) => boolean): Map<number, TransferReply> {
  return new Map(
    Array.from({ length: right }, (_, index): [number, TransferReply] => [
      index,
      {
        ...{ index, broken: broken(index), broken8bit: broken(index) && index % 2 === 0, label: 0, confidence: 1, distances: null },
        ...{ queries: 0, gradients: 0, scaled: [false], fools: [index === 0 ? null : broken(index)] },
      },
    ]),
  );
}

const source = (name: string, kind: Source['kind'] = 'file'): Source => ({ name, kind, origin: 'made up', specs: [] });

/** `fooled` and `noisy` are fooled counts from the front and from the back of 400 correct examples of 500. */
function measured(fooled: readonly number[], noisy: number, surrogateRight = 450): Measured {
  return {
    clean: clean(500, 400),
    labels: labels(500),
    noise: replies(400, (index) => index >= 400 - noisy),
    carried: fooled.map((count, k): Carried => {
      const answers = new Map(labels(500).map((label, index) => [index, { index, label: index < surrogateRight ? label : -2 }]));
      return { source: source(`model ${k}`), replies: replies(400, (index) => index < count), answers };
    }),
    evasion: undefined,
  };
}

const told = (figures: Figures, of: Measured) => ({ figures, absent: [], needed: neededAccuracy(of), epsilon: '0.3', model: 'audited' });
const severity = (of: Measured): string | undefined => transferFindings(told(figuresOf(of), of))[0]?.severity;

describe('figuresOf', () => {
  it('counts by source, and the worst over all sources', () => {
    const of = measured([100, 120], 4);
    const { sources, strongest, noise, robust, robust8bit, excess } = figuresOf(of);
    expect(sources.map(({ rate }) => [rate.count, rate.n])).toEqual([
      [100, 400],
      [120, 400],
    ]);
    expect(strongest.source.name).toBe('model 1');
    expect(noise.count).toBe(4);
    expect([robust.count, robust.n, robust8bit?.count]).toEqual([280, 500, 340]);
    expect(sources[0]?.accuracy?.count).toBe(450);
    // An example that the other model gets wrong by itself says nothing.
    expect(sources[0]?.others[0]).toMatchObject({ count: 99, n: 399 });
    expect(excess).toMatchObject({ n: 400, ...pairedDifference({ n: 400, better: 120, worse: 4 }) });
    expect(excess.value).toBeCloseTo(116 / 400, 12);
  });

  it('holds sources against noise by the exact one-sided McNemar test', () => {
    // 5 against 0 discordant pairs: 1/2^5. 8 against 2: (45 + 10 + 1)/2^10.
    expect(figuresOf(measured([5], 0)).sources[0]?.chance).toBeCloseTo(1 / 32, 12);
    expect(figuresOf(measured([8], 2)).sources[0]?.chance).toBeCloseTo(56 / 1024, 12);
    expect(figuresOf(measured([5], 0)).isReal).toBe(true);
    // Two sources share the chance of an error.
    expect(figuresOf(measured([5, 0], 0)).isReal).toBe(false);
  });

  it('asks a surrogate for half of the way from the most frequent class to the audited model', () => {
    expect(neededAccuracy(measured([0], 0))).toBeCloseTo((0.1 + 0.8) / 2, 12);
  });
});

describe('findings', () => {
  it.each([
    [0, 0, undefined],
    [4, 4, undefined],
    // Real, and of no weight.
    [15, 0, undefined],
    [30, 0, 'low'],
    [80, 0, 'medium'],
    [160, 0, 'high'],
    [395, 0, 'critical'],
    // What noise does as well is not the attacker's doing.
    [160, 158, undefined],
  ])('%i of 400 fooled, %i by noise: %s', (fooled, noisy, expected) => {
    expect(severity(measured([fooled], noisy))).toBe(expected);
  });

  it('is undecided only where nothing carries over and no source has learned', () => {
    const because = (of: Measured): string | undefined => undecidedBecause(told(figuresOf(of), of));
    expect(because(measured([0], 0))).toBeUndefined();
    expect(because(measured([0], 0, 200))).toContain('45 % are wanted');
    expect(because(measured([160], 0, 200))).toBeUndefined();
  });

  it('every figure that its words name is a metric', () => {
    const of = measured([160, 20], 3);
    const figures = figuresOf(of);
    const metrics = transferMetrics(figures, of);
    for (const { text, title, meaning = '' } of transferFindings(told(figures, of)))
      for (const [, name = ''] of `${title} ${text} ${meaning}`.matchAll(/\{([^}~]+)~?\}/g)) expect(metrics).toHaveProperty([name]);
    expect(metrics.beyondWhiteBox).toMatchObject({ value: null, method: expect.stringContaining('no attack with gradients') });
  });
});
