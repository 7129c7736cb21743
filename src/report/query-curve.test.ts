/** The share of broken examples over questions: steps and table of a made-up result. */
import { describe, expect, it } from 'vitest';
import { renderHtml } from './html.tsx';
import { queryCurve } from './query-curve.ts';
import { renderTerminal } from './terminal.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

const model = sampleModel({ n: 100, broken: 0.5 });
const result = sampleResult([model]);
const square = model.attacks.find(({ id }) => id === 'square');
const n = square?.successRate.n ?? 0;
const broken = square?.successRate.count ?? 0;

describe('the curve', () => {
  it('rises by one example every third question, and ends with the success rate', () => {
    const curve = queryCurve(model);
    expect(curve?.series.map(({ name }) => name)).toEqual(['square']);
    const steps = curve?.series[0]?.steps ?? [];
    expect(steps.slice(0, 3)).toEqual([
      { queries: 1, share: 0 },
      { queries: 3, share: 1 / n },
      { queries: 6, share: 2 / n },
    ]);
    expect(steps.at(-1)).toEqual({ queries: 3 * broken, share: broken / n });
    // Up to the first column in which all have fallen that fall.
    expect(curve?.columns.filter((at) => at >= 3 * broken)).toHaveLength(1);
    expect(curve?.rows[0]?.cells[1]).toMatch(new RegExp(`^${Math.round((100 * 3) / n)} %`));
  });

  it('is none where no attack asked', () => {
    expect(queryCurve({ ...model, attacks: model.attacks.filter(({ id }) => id !== 'square') })).toBeNull();
  });

  it('stands on the page and in the terminal', () => {
    const page = renderHtml(result);
    expect(page).toContain('Examples broken after so many questions');
    expect(page).toContain('questions for one example');
    expect(renderTerminal(result, { color: false, width: 120 })).toMatch(/questions until half have fallen: square (\d+|never)/);
  });
});
