/** Checks are left out by a threat model with the reason in words. */
import { describe, expect, it } from 'vitest';
import { THREAT_PRESETS, type ThreatInput } from '../threat/threat-model.ts';
import { threatOf } from '../threat/threat-presets.ts';
import { type Attackers, leftOutBy } from './attackers.ts';
import { CHECKS } from './checks/registry.ts';

describe('a threat model', () => {
  it.each<[string, ThreatInput, Attackers, string]>([
    ['goal', { goal: 'availability' }, { goals: ['integrity', 'confidentiality'] }, 'wrong decisions or secrets of the model'],
    ['access', { access: ['scene', 'sensor'] }, { access: ['model-file'] }, 'reaches the scene and the sensor, not the model file'],
    ['knowledge', { knowledge: 'labels' }, { knowledge: 'scores' }, 'sees decisions, and this takes scores'],
    ['transforms', { capability: { transforms: ['noise'] } }, { transforms: ['dirt'] }, 'dirt is not among the changes'],
  ])('leaves out by %s', (_, threat, attackers, words) => {
    const reason = leftOutBy(threatOf(threat), attackers);
    expect(reason).toMatch(/^The threat model leaves it out: .*[.]$/);
    expect(reason).toContain(words);
  });

  it('leaves nothing out where nothing was said, and no check that names no attacker', () => {
    for (const check of CHECKS) expect(leftOutBy(threatOf(undefined), check.attackers)).toBeUndefined();
    for (const preset of THREAT_PRESETS) expect(leftOutBy(threatOf(preset), undefined)).toBeUndefined();
    expect(CHECKS.filter(({ attackers }) => !attackers?.goals).map(({ id }) => id)).toEqual([
      'calibration',
      'corruptions',
      'sensor-pollution',
      'group-performance',
    ]);
    expect(leftOutBy(threatOf({ goal: 'fairness' }), { goals: ['fairness', 'integrity'] })).toBeUndefined();
  });
});
