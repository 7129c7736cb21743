/** Transfer from end to end: models audited together stand in for each other, a small one is trained, and what cannot stand in is named. */
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/audit/check-result.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { assertDeclared, DEMO, gibbon } from '../support/cli.ts';

const MINUTE = 60_000;

const COMMAND = ['audit', '--only', 'transfer', '--preset', 'quick', '--n', '60', '--json', '-'];

const sources = ({ details }: CheckResult): (string | number | null)[] => {
  const table = details.find((detail) => detail.kind === 'table');
  return table?.kind === 'table' ? table.rows.map(([name]) => name as string) : [];
};

describe('transfer', () => {
  it(
    'the pair that ships with Gibbon: much carries over to the natural model, little to the robust one',
    async () => {
      const { code, stdout, stderr } = await gibbon(COMMAND);
      expect(code, stderr).toBe(0);
      const result = JSON.parse(stdout) as AuditResult;
      assertDeclared(result);
      const [natural, robust] = result.checks as [CheckResult, CheckResult];
      expect(sources(natural)).toEqual(['mnist-adversarial', 'trained', 'ensemble', 'random noise', 'white box']);
      expect(sources(robust)).toContain('mnist-natural');
      const value = ({ metrics }: CheckResult, name: string): number => metrics[name]?.value as number;
      expect(natural.status).toBe('fail');
      expect(value(natural, 'transferRate.trained')).toBeGreaterThan(value(natural, 'noiseRate') + 0.2);
      expect(value(natural, 'excess')).toBeCloseTo(value(natural, 'transferRate') - value(natural, 'noiseRate'), 9);
      expect(value(robust, 'transferRate')).toBeLessThan(0.2);
      expect(value(natural, 'surrogateAccuracy')).toBeGreaterThan(0.8);
      expect(value(natural, 'beyondWhiteBox')).toBe(0);
      expect(natural.details.map(({ kind }) => kind)).toEqual(['table', 'heat-map', 'curve', 'images']);
      // Trained once: the same for both models.
      expect(value(robust, 'surrogateAccuracy')).toBe(value(natural, 'surrogateAccuracy'));
    },
    5 * MINUTE,
  );

  it('without a source it has nothing to say, and says why', async () => {
    const data = ['--data', DEMO.images, '--labels', DEMO.labels];
    const alone = [...COMMAND, DEMO.natural, ...data, '--set', 'transfer.trained=false', '--surrogate', DEMO.natural];
    const { code, stderr } = await gibbon(alone);
    expect(code).toBe(3);
    expect(stderr).toContain('it is the audited model itself');
  });
});
