/** The GitHub Action: its bash steps are run as the runner would, without the runner. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bashSteps, runAction } from '../support/action-steps.ts';
import { DEMO, put, scratch } from '../support/cli.ts';

const INPUTS = { model: DEMO.natural, data: DEMO.images, labels: DEMO.labels, preset: 'quick', args: '--n=20\n--only=evasion' };

describe('the action', () => {
  it('has three steps of its own, and hands inputs over as variables only', () => {
    expect(bashSteps().map(({ id }) => id)).toEqual(['setup', 'audit', 'conclude']);
    for (const { script } of bashSteps()) expect(script).not.toContain('${{');
  });

  it('writes everything, tells the reason and fails last, where a gate fails', { timeout: 180_000 }, async () => {
    const cwd = scratch();
    const { code, outputs, summary, log } = await runAction(
      { ...INPUTS, gate: 'evasion.cleanAccuracy>=50%\nevasion.robustAccuracy>=40%' },
      cwd,
    );
    expect(code, log).toBe(1);
    expect(outputs.audit).toMatchObject({
      'exit-code': '1',
      report: '.gibbon/runs/gibbon/report.html',
      sarif: '.gibbon/runs/gibbon/gibbon.sarif',
    });
    for (const name of ['report', 'result', 'sarif']) expect(existsSync(join(cwd, outputs.audit?.[name] ?? 'none')), name).toBe(true);
    expect(summary).toContain('**❌ 1 of 2 gates failed**');
    expect(log).toMatch(/^::error title=Gate%3A evasion\.robustAccuracy ≥ 40 %25/m);
    expect(outputs.setup?.key).toMatch(/^gibbon-gibbon-[0-9a-f]{16}$/);

    // A baseline of its own: nothing was lost, and what the first run had finished is not computed again.
    const again = await runAction({ ...INPUTS, baseline: outputs.audit?.result ?? '', annotations: 'false' }, cwd);
    expect(again.code, again.log).toBe(0);
    expect(again.summary).toContain('All 2 gates hold');
    expect(again.log).not.toContain('::');
    expect(JSON.parse(readFileSync(join(cwd, again.outputs.audit?.result ?? ''), 'utf8')).timings.attackCpu).toBe(0);
  });

  it('ends with 2 for what the user can mend, and leaves nothing of an earlier run', async () => {
    const cwd = scratch();
    put(cwd, '.gibbon/runs/gibbon/result.json', '{}');
    const { code, outputs, summary, log } = await runAction({ ...INPUTS, model: 'no such $(touch owned) model.onnx' }, cwd);
    expect(code).toBe(2);
    expect(log).toContain('[E_FILE_NOT_FOUND]');
    expect(outputs.audit).toEqual({ 'exit-code': '2' });
    expect(summary).toBe('');
    expect(existsSync(join(cwd, 'owned'))).toBe(false);
  });
});
