/** What certificates by themselves allow to be said: intervals decide, not shares. */
import { describe, expect, it } from 'vitest';
import { proportion } from '../../stats/proportion.ts';
import { byThemselves } from './by-themselves.ts';
import { certificateFindings, undecidedBecause } from './findings.ts';
import type { Certificates } from './result.ts';

/** So many certified, attacked and undecided of n; the others are misclassified. */
function certificatesOf(certified: number, attacked: number, undecided: number, n: number): Certificates {
  const of = (count: number) => proportion(count, n);
  return {
    of: 'model',
    method: 'auto',
    norm: 'linf',
    epsilon: 0.1,
    epsilonText: '0.1',
    budget: 10,
    deployment: { runtime: 'onnxruntime-node', version: '1', provider: 'cpu', optimisation: 'all', arithmetic: 'float32' },
    certified: of(certified),
    attacked: of(attacked),
    undecided: of(undecided),
    curve: [],
    samples: [],
  };
}

function told(certificates: Certificates) {
  const { certified, attacked, undecided } = certificates;
  return byThemselves(proportion(certified.count + attacked.count + undecided.count, certified.n), certificates);
}

describe('the headline', () => {
  // Lower ends of the exact intervals: 18/20 0.683, 20/20 0.832, 10/10 0.692, 95/100 0.887.
  it.each([
    [[20, 0, 0, 20], 'robust', 'Robust: certified on 20 of 20 examples (83.1–100.0 %) within ε = 0.1.'],
    [
      [95, 2, 1, 100],
      'robust',
      'Robust: certified on 95 of 100 examples (88.7–98.4 %) within ε = 0.1, 2 broken by an attack, 1 undecided, 2 misclassified.',
    ],
    [
      [18, 0, 2, 20],
      'undecided',
      'Undecided: certified on 18 of 20 examples (68.3–98.8 %) within ε = 0.1, 2 undecided; too few to call the model robust.',
    ],
    [
      [10, 0, 0, 10],
      'undecided',
      'Undecided: certified on 10 of 10 examples (69.1–100.0 %) within ε = 0.1; too few to call the model robust.',
    ],
    [[0, 0, 30, 30], 'undecided', 'Undecided: certified on 0 of 30 examples (0.0–11.6 %) within ε = 0.1, 30 undecided.'],
    [[0, 30, 0, 30], 'broken', 'Broken: certified on 0 of 30 examples (0.0–11.6 %) within ε = 0.1, 30 broken by an attack.'],
    [[30, 70, 0, 100], 'fragile', /^Fragile: certified on 30 of 100 .* 70 broken by an attack\.$/],
  ] as const)('of %j is %s', (counts, verdict, headline) => {
    const [certified, attacked, undecided, n] = counts;
    const said = told(certificatesOf(certified, attacked, undecided, n));
    expect(said.verdict).toBe(verdict);
    expect(said.headline).toEqual(typeof headline === 'string' ? headline : expect.stringMatching(headline));
  });
});

describe('the check', () => {
  // Six of six is the first all-or-nothing sample whose interval leaves one half: 0.025^(1/6) = 0.541.
  it.each([
    [[6, 0, 0, 6], 'pass', undefined],
    [[5, 0, 0, 5], 'info', '5 of 5 examples are certified: too few to say that most are (47.8–100.0 %).'],
    [[18, 1, 0, 20], 'pass', undefined],
    [[12, 0, 8, 20], 'info', '12 of 20 examples are certified: too few to say that most are (36.0–80.9 %).'],
    [[2, 1, 17, 20], 'info', '17 of 20 examples are neither proved nor broken.'],
    [[1, 2, 0, 3], 'info', '2 of 3 examples are broken, 1 certified: too few examples to tell.'],
    [[0, 6, 0, 6], 'low', undefined],
    [[4, 16, 0, 20], 'low', undefined],
  ] as const)('of %j finds %s', (counts, severity, reason) => {
    const [certified, attacked, undecided, n] = counts;
    const certificates = certificatesOf(certified, attacked, undecided, n);
    expect(certificateFindings(certificates)[0]?.severity).toBe(severity);
    expect(undecidedBecause(certificates)).toBe(reason);
  });
});
