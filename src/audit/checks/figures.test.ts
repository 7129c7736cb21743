import { describe, expect, it } from 'vitest';
import { parseGateName } from '../gates/gate-target.ts';
import { canHave, meantFigure } from './figures.ts';
import { CHECKS } from './registry.ts';

describe('what a check declares', () => {
  it.each(CHECKS.map((check) => [check.id, check] as const))('%s: each once, and as a gate can name it', (id, { figures }) => {
    expect(figures.length).toBeGreaterThan(0);
    expect(new Set(figures).size).toBe(figures.length);
    for (const name of figures) {
      const gate = `${id}.${name.replaceAll('*', 'x')}`;
      expect(parseGateName(gate).target, gate).toMatchObject({ kind: 'figure', check: id });
    }
  });

  const some = { figures: ['auc', 'tpr@fpr=*', 'gap.*', 'a.b'] };

  it.each(['auc', 'tpr@fpr=0.01', 'gap.sex', 'gap.sex-x-race', 'a.b'])('%s is declared', (name) => expect(canHave(some, name)).toBe(true));

  it.each(['Auc', 'auc2', 'tpr@fpr=', 'tpr', 'gap', 'gap.', 'axb', 'xgap.sex'])('%s is not', (name) =>
    expect(canHave(some, name)).toBe(false),
  );

  it('is suggested where it is near', () => {
    expect(meantFigure(some, 'AUC')).toBe('auc');
    expect(meantFigure(some, 'accuracy')).toBeUndefined();
  });
});
