/** The attacks of a plan follow from what the attacker sees, from the kind of data and from the norm; every other one has its reason. */
import { describe, expect, it } from 'vitest';
import { ATTACKS, attackOf } from '../attacks/registry.ts';
import type { Modality } from '../data/dataset.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { KNOWLEDGE, type Knowledge, sees, type ThreatInput } from '../threat/threat-model.ts';
import { threatOf } from '../threat/threat-presets.ts';
import { planOf } from './attack-plan.ts';
import type { AuditOptions } from './options.ts';
import { PRESETS } from './presets.ts';

function options(threat: ThreatInput | undefined, given: Partial<AuditOptions> = {}): AuditOptions {
  const fixed = { models: [], data: { path: 'data' }, flags: {}, seed: 0, threads: 1 };
  return { ...fixed, norm: 'linf', preset: 'standard', threat: threatOf(threat), ...given };
}

function looked(modality: Modality, unsupported: readonly string[] = [], shape = [1, 28, 28]) {
  const preprocessing: Preprocessing = {
    modality,
    shape,
    layout: 'NCHW',
    channels: 'grayscale',
    mean: [0],
    std: [1],
    resize: 'crop',
  };
  const data = { sha256: '', modality, length: 100, classes: 2, classNames: ['ham', 'spam'], notes: [] };
  return { preprocessing, unsupported, data };
}

const ids = (plan: ReturnType<typeof planOf>): string[] => [...new Set(plan.attacks.map(({ id }) => id))].sort();

describe('the planner', () => {
  it.each<[string, Knowledge, readonly string[], Modality, readonly string[]]>([
    ['all with gradients', 'gradients', [], 'image', ['fgsm', 'gaussian-noise', 'hop-skip-jump', 'pgd', 'uniform-noise']],
    ['scores where gradients are missing', 'gradients', ['Foo'], 'image', ['gaussian-noise', 'hop-skip-jump', 'square', 'uniform-noise']],
    ['scores on pictures', 'scores', [], 'image', ['gaussian-noise', 'hop-skip-jump', 'square', 'uniform-noise']],
    ['scores on tables', 'scores', [], 'table', ['cube', 'gaussian-noise', 'hop-skip-jump', 'uniform-noise']],
    ['labels', 'labels', [], 'image', ['gaussian-noise', 'hop-skip-jump', 'uniform-noise']],
    ['nothing', 'nothing', [], 'image', ['gaussian-noise', 'uniform-noise']],
    ['text by scores', 'scores', [], 'text', ['charmer', 'random-edits']],
    ['text by labels', 'labels', [], 'text', ['random-edits']],
  ])('runs %s', (_, knowledge, unsupported, modality, expected) => {
    const norm = modality === 'text' ? 'edits' : 'linf';
    expect(ids(planOf(options({ knowledge }, { norm }), looked(modality, unsupported)))).toEqual(expected);
  });

  it('never takes more than the attacker sees, and gives every other attack a reason', () => {
    for (const preset of PRESETS)
      for (const knowledge of KNOWLEDGE)
        for (const modality of ['image', 'waveform', 'table', 'tensor', 'text'] as const)
          for (const norm of modality === 'text' ? (['edits'] as const) : (['linf', 'l2', 'l1'] as const)) {
            const plan = planOf(options({ knowledge }, { norm, preset }), looked(modality));
            for (const { id } of plan.attacks) {
              expect(sees(knowledge, attackOf(id).knowledge)).toBe(true);
              expect(attackOf(id).norms).toContain(norm);
            }
            expect([...new Set([...ids(plan), ...plan.leftOut.map(({ id }) => id)])].sort()).toEqual(ATTACKS.map(({ id }) => id).sort());
            for (const { reason } of plan.leftOut) expect(reason).toMatch(/^[a-z].{10,}[^.]$/);
          }
  });

  it('keeps attacks without gradients to the attacker’s questions', () => {
    for (const knowledge of ['scores', 'labels', 'gradients'] as const) {
      const plan = planOf(options({ knowledge, capability: { queries: 50 } }, { preset: 'thorough' }), looked('image'));
      for (const { id, params } of plan.attacks) {
        if (attackOf(id).knowledge === 'gradients') continue;
        expect(Number(params.maxQueries ?? params.repeats)).toBeLessThanOrEqual(50);
      }
      expect(plan.queried.maxQueries).toBe(50);
    }
    const text = planOf(options({ knowledge: 'scores', capability: { queries: 50 } }, { norm: 'edits' }), looked('text'));
    expect(text.attacks.find(({ id }) => id === 'charmer')?.params.maxQueries).toBe(50);
    // The preset's own limit stands where the attacker may ask more.
    const more = planOf(options({ knowledge: 'scores', capability: { queries: 1e6 } }), looked('image'));
    expect(more.attacks.find(({ id }) => id === 'square')?.params.maxQueries).toBe(4000);
  });

  it('aims at the wanted class, and leaves out what cannot', () => {
    for (const target of [1, 'spam']) {
      const plan = planOf(options({ goal: { target } }), looked('image'));
      expect(plan.target).toBe(1);
      for (const { params } of plan.attacks) expect(params.target).toBe(1);
      expect(plan.leftOut.find(({ id }) => id === 'uniform-noise')?.reason).toBe('cannot aim at one class');
    }
    expect(() => planOf(options({ goal: { target: 'eggs' } }), looked('image'))).toThrow('the class eggs');
    expect(() => planOf(options({ goal: { target: 2 } }), looked('image'))).toThrow('the class 2');
  });

  it('says the limit on the size of inputs', () => {
    const plan = planOf(options(undefined), looked('image', [], [3, 224, 224]));
    expect(plan.leftOut.find(({ id }) => id === 'hop-skip-jump')?.reason).toContain('150528 numbers (the limit is 4096)');
  });

  it('runs an attack that was asked for alone, whatever the threat model', () => {
    const only = { id: 'pgd', params: { steps: 3 } };
    expect(planOf(options({ knowledge: 'nothing' }, { only }), looked('image', ['Foo']))).toMatchObject({
      attacks: [only],
      curve: [],
      leftOut: [],
    });
  });
});
