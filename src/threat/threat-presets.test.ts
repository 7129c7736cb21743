/** Threat models: what users write becomes a whole one, and presets say what they say. */
import { describe, expect, it } from 'vitest';
import { KNOWLEDGE, lesser, STRONGEST, sees, THREAT_PRESETS, threatInput, threatModel } from './threat-model.ts';
import { layered, PRESET_TEXTS, threatOf } from './threat-presets.ts';

describe('a threat model', () => {
  it('is the strongest one where nothing was said, and says that this is assumed', () => {
    expect(threatOf(undefined)).toEqual(STRONGEST);
    expect(threatOf({})).toEqual(STRONGEST);
    expect(threatOf({ knowledge: 'labels' })).toEqual({
      ...STRONGEST,
      isAssumed: false,
      knowledge: { model: 'labels', trainingData: true },
    });
  });

  it.each(THREAT_PRESETS)('%s is valid as it is and as a part, with a reason for each choice', (preset) => {
    for (const input of [preset, { preset }]) {
      expect(threatInput.safeParse(input).success).toBe(true);
      const model = threatOf(input);
      expect(threatModel.parse(model)).toEqual({ ...PRESET_TEXTS[preset].threat, preset, isAssumed: false });
    }
    for (const reason of Object.values(PRESET_TEXTS[preset].reasons)) expect(reason).toMatch(/[.]$/);
  });

  it('changes only what is said beside a preset', () => {
    const model = threatOf({
      preset: 'spam-filter',
      goal: { target: 'ham' },
      knowledge: { trainingData: true },
      capability: { queries: 7 },
    });
    const { threat } = PRESET_TEXTS['spam-filter'];
    expect(model.goal).toEqual({ aims: threat.goal.aims, target: 'ham' });
    expect(model.knowledge).toEqual({ model: threat.knowledge.model, trainingData: true });
    expect(model.capability).toEqual({ ...threat.capability, queries: 7 });
    expect(model.access).toEqual(threat.access);
  });

  it.each([
    ['a goal', { goal: 'fame' }],
    ['a preset', 'camera'],
    ['a number of questions', { capability: { queries: 0 } }],
    ['a key', { knowlege: 'labels' }],
  ])('refuses %s that it does not know', (_, input) => {
    expect(threatInput.safeParse(input).success).toBe(false);
  });
});

describe('two statements about one attacker', () => {
  it.each([
    [undefined, 'upload-api', 'upload-api'],
    [{ goal: 'integrity' }, undefined, { goal: 'integrity' }],
    ['open-weights', { preset: 'spam-filter' }, 'open-weights'],
    [{ goal: 'integrity' }, 'upload-api', { preset: 'upload-api', goal: 'integrity' }],
    [
      { capability: { queries: 3 } },
      { knowledge: 'labels', capability: { edits: 2, queries: 9 } },
      { knowledge: 'labels', capability: { edits: 2, queries: 3 } },
    ],
  ] as const)('%j over %j is %j', (over, under, both) => {
    expect(layered(threatInput.optional().parse(over), threatInput.optional().parse(under))).toEqual(both);
  });
});

it('knowledge includes what stands after it', () => {
  for (const [i, a] of KNOWLEDGE.entries()) {
    for (const [j, b] of KNOWLEDGE.entries()) {
      expect(sees(a, b)).toBe(i <= j);
      expect(lesser(a, b)).toBe(i <= j ? b : a);
    }
  }
});
