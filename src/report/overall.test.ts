/** The sentence over several models. */
import { expect, it } from 'vitest';
import { proportion } from '../stats/proportion.ts';
import { overall } from './overall.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

it('gives an undecided figure as an upper bound, and none where nothing was attacked', () => {
  const named = (name: string, verdict: 'broken' | 'undecided') => ({ ...sampleModel({ n: 50, broken: 0.5, verdict }), name });
  const [broken, open, untried] = [named('a', 'broken'), named('b', 'undecided'), named('c', 'undecided')];
  const nothing = { ...untried, summary: { ...untried.summary, robustAccuracy: proportion(0, 0) } };
  const { verdict, headline } = overall(sampleResult([broken, open, nothing]));
  expect(verdict).toBe('broken');
  expect(headline).toMatch(/^a breaks \(\d+ % survive\), b is undecided \(at most \d+ % survive\), c is undecided\.$/);
});
