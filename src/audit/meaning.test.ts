/** Every check has a sentence for every attacker, about that attacker. */
import { describe, expect, it } from 'vitest';
import { THREAT_PRESETS, type ThreatInput } from '../threat/threat-model.ts';
import { threatOf } from '../threat/threat-presets.ts';
import { leftOutBy } from './attackers.ts';
import { CHECKS } from './checks/registry.ts';
import { CATEGORIES } from './finding.ts';
import { meaningOf } from './meaning.ts';

const INPUTS: (ThreatInput | undefined)[] = [
  ...THREAT_PRESETS,
  undefined,
  { knowledge: 'nothing', access: 'scene' },
  { goal: { target: 'ham' } },
];
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'pass'] as const;

describe('what a finding means', () => {
  it('is a plain sentence for every check, category, severity and attacker', () => {
    for (const check of CHECKS)
      for (const input of INPUTS)
        for (const category of CATEGORIES)
          for (const severity of SEVERITIES) {
            const text = meaningOf(check, { category, severity }, threatOf(input));
            expect(text).toMatch(/^[A-Z][^{}]{20,}[.]$/);
            expect(text).not.toMatch(/undefined|null|\[object| {2}/);
          }
  });

  it('differs between the attackers that can do it', () => {
    for (const check of CHECKS) {
      const allowed = THREAT_PRESETS.filter((preset) => leftOutBy(threatOf(preset), check.attackers) === undefined);
      const texts = allowed.map((preset) => meaningOf(check, { category: check.category, severity: 'high' }, threatOf(preset)));
      // Harm without an attacker is the same for all.
      if (texts.every((text) => text.startsWith('Whoever '))) expect(new Set(texts).size, check.id).toBe(texts.length);
    }
  });

  const evasion = CHECKS.find(({ id }) => id === 'evasion') as (typeof CHECKS)[number];
  it.each<[ThreatInput, string]>([
    ['upload-api', 'Whoever can send inputs to the API and sees the scores can turn its decision'],
    ['camera-in-the-street', 'Whoever stands before the sensor or reaches the sensor and sees the decisions can turn its decision'],
    ['open-weights', 'Whoever can put an input before the model and has the weights can turn'],
    [
      { preset: 'spam-filter', goal: { target: 'ham' } },
      'can make it answer "ham" by a change of the audited size, to have spam delivered',
    ],
  ])('under %j: %s', (input, words) => {
    expect(meaningOf(evasion, { category: 'integrity', severity: 'high' }, threatOf(input))).toContain(words);
  });
});
