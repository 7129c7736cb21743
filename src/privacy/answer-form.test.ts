import { describe, expect, it } from 'vitest';
import { bitsOf, formOf } from './answer-form.ts';
import { decisionOf, leakOf, roundedTo } from './rounding.ts';

const rows = (...answers: readonly (readonly number[])[]): Float32Array[] => answers.map((answer) => Float32Array.from(answer));

describe('formOf', () => {
  it.each([
    ['labels', rows([1, 0, 0], [0, 0, 1]), 0],
    ['probabilities', rows([0.123456, 0.876544], [0.5, 0.5]), null],
    ['probabilities', rows([0.12, 0.88], [0.5, 0.5]), 2],
    // Rounding leaves a sum of 0.99.
    ['probabilities', rows([0.33, 0.33, 0.33], [0.2, 0.3, 0.5]), 2],
    ['top-k', rows([0.7123456, 0.1, 0, 0, 0], [0, 0.25, 0, 0.5, 0]), null],
    ['log-probabilities', rows([Math.log(0.25), Math.log(0.75)], [Math.log(0.5), Math.log(0.5)]), null],
    ['scores', rows([-3.25, 4.123456, 0.1], [1, 2, 3]), null],
    ['probabilities', rows([0.25], [0.7654321]), null],
    ['scores', rows([-1.2345678], [2]), null],
  ] as const)('%s', (form, answers, decimals) => {
    expect(formOf(answers)).toMatchObject({ form, decimals });
  });
});

describe('bitsOf', () => {
  it('counts the answers that there could be', () => {
    expect(bitsOf({ form: 'labels', shown: 1 }, 8, 0)).toBe(3);
    // Three numbers of one decimal that sum to 1: 66 of them, C(12, 2).
    let count = 0;
    for (let a = 0; a <= 10; a++) for (let b = 0; a + b <= 10; b++) count++;
    expect(bitsOf({ form: 'probabilities', shown: 3 }, 3, 1)).toBeCloseTo(Math.log2(count), 12);
    expect(bitsOf({ form: 'scores', shown: 10 }, 10, null)).toBe(320);
    expect(bitsOf({ form: 'top-k', shown: 1 }, 4, 1)).toBeCloseTo(Math.log2(4 * 11), 12);
  });
});

describe('rounding', () => {
  const p = Float64Array.of(0.449, 0.451, 0.1);

  it('may turn a close decision: the first of equals wins', () => {
    expect(decisionOf(p)).toBe(1);
    expect(Array.from(roundedTo(p, 2))).toEqual([0.45, 0.45, 0.1]);
    expect(decisionOf(roundedTo(p, 2))).toBe(0);
    expect(decisionOf(roundedTo(p, 3))).toBe(1);
    expect(Array.from(roundedTo(p, 'label'))).toEqual([0, 1, 0]);
  });

  it('hides how sure a sure answer is', () => {
    const [sure, surer] = [Float64Array.of(0.9996, 0.0004), Float64Array.of(0.99999, 0.00001)];
    expect(leakOf(sure, 0)).toBeLessThan(leakOf(surer, 0));
    expect(leakOf(roundedTo(sure, 3), 0)).toBe(leakOf(roundedTo(surer, 3), 0));
  });
});
