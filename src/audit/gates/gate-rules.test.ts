import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { gatesFromExpressions } from './gate-expression.ts';
import { gateRules } from './gate-rules.ts';
import { parseGateName } from './gate-target.ts';

describe('the name of a gate', () => {
  it.each([
    ['evasion.robustAccuracy', { target: { kind: 'figure', check: 'evasion', figure: 'robustAccuracy' } }],
    ['membership.tpr@fpr=0.01', { target: { kind: 'figure', check: 'membership', figure: 'tpr@fpr=0.01' } }],
    ['latency', { target: { kind: 'check', check: 'latency' } }],
    ['category.fairness', { target: { kind: 'category', category: 'fairness' } }],
    ['findings', { target: { kind: 'findings' } }],
    ['C:net v1.2:evasion.cleanAccuracy', { model: 'C:net v1.2', target: { kind: 'figure', check: 'evasion', figure: 'cleanAccuracy' } }],
  ])('%s', (name, expected) => expect(parseGateName(name)).toEqual(expected));

  it.each(['', ':evasion', 'category.secrecy', 'Evasion.x', 'a.b c', 'evasion.'])('%j is none', (name) =>
    expect(() => parseGateName(name)).toThrow(GibbonError),
  );
});

describe('gates in a configuration', () => {
  it.each([
    [{ 'evasion.robustAccuracy': ['error', { min: 0.4, maxDrop: 0.02 }] }],
    [{ 'category.confidentiality': ['warn', { maxSeverity: 'medium' }], findings: 'off' }],
    [
      {
        'evasion.robustAccuracy': [
          ['warn', { min: 0.6 }],
          ['error', { min: 0.4, unsure: 'warn' }],
        ],
      },
    ],
  ])('%j is one', (rules) => expect(gateRules.parse(rules)).toEqual(rules));

  it.each([
    [{ 'evasion.robustAccuracy': ['error', {}] }, 'needs a limit'],
    [{ 'evasion.robustAccuracy': ['error', { maxSeverity: 'low' }] }, 'no severity'],
    [{ 'category.fairness': ['error', { min: 0.4 }] }, 'needs a figure'],
    [{ 'category.privacy': ['error', { maxSeverity: 'low' }] }, 'there is no category privacy; there are integrity, '],
    [{ 'category.fairnes': ['error', { maxSeverity: 'low' }] }, 'there is no category fairnes; did you mean fairness?'],
    [{ 'Category.fairness': ['error', { maxSeverity: 'low' }] }, 'no name of a gate'],
    [{ findings: ['error', { maxSeverity: 'critical' }] }, ''],
    [{ findings: ['fatal', { maxSeverity: 'low' }] }, ''],
    [{ findings: [] }, ''],
    [{ 'evasion.robustAccuracy': ['error', { minimum: 0.4 }] }, ''],
  ])('%j is none', (rules, message) => {
    const { error } = gateRules.safeParse(rules);
    expect(JSON.stringify(error?.issues)).toContain(message);
  });

  it('have a JSON Schema', () => {
    expect(JSON.stringify(z.toJSONSchema(gateRules))).toContain('"maxDrop"');
  });
});

describe('a gate on the command line', () => {
  it.each([
    ['evasion.robustAccuracy>=0.4', 'evasion.robustAccuracy', ['error', { min: 0.4 }]],
    ['evasion.robustAccuracy >= 40%', 'evasion.robustAccuracy', ['error', { min: 0.4 }]],
    ['membership.tpr@fpr=0.01<=.05', 'membership.tpr@fpr=0.01', ['error', { max: 0.05 }]],
    ['warn latency.p99<=2e1', 'latency.p99', ['warn', { max: 20 }]],
    ['category.confidentiality<=medium', 'category.confidentiality', ['error', { maxSeverity: 'medium' }]],
    ['a b:evasion.cleanAccuracy>=baseline', 'a b:evasion.cleanAccuracy', ['error', { maxDrop: 0 }]],
    ['evasion.cleanAccuracy>=baseline-1%', 'evasion.cleanAccuracy', ['error', { maxDrop: 0.01 }]],
    ['corruptions.meanCorruptionError<=baseline+0.1', 'corruptions.meanCorruptionError', ['error', { maxRise: 0.1 }]],
  ])('%s', (text, name, rule) => expect(gatesFromExpressions([text])).toEqual({ [name]: [rule] }));

  it('may be given twice for one figure', () => {
    expect(gatesFromExpressions(['warn evasion.robustAccuracy>=.6', 'evasion.robustAccuracy>=.4'])).toEqual({
      'evasion.robustAccuracy': [
        ['warn', { min: 0.6 }],
        ['error', { min: 0.4 }],
      ],
    });
  });

  it.each([
    'evasion.robustAccuracy=0.4',
    'evasion.robustAccuracy>=',
    'evasion.robustAccuracy>=high',
    'evasion.robustAccuracy<=high',
    'findings<=0.4',
    'findings>=low',
    'evasion.robustAccuracy>=baseline+0.1',
    'evasion.robustAccuracy<=baseline-0.1',
    'evasion.robustAccuracy>=0x10',
    '>=0.4',
  ])('%s cannot be read', (text) => {
    try {
      gatesFromExpressions([text]);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_USAGE', hint: expect.stringContaining('--gate') });
    }
  });
});
