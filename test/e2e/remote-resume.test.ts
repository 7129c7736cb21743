/** An endpoint that goes away in the middle of an attack. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { ATTACKS_ONLY, gibbon, resultIn, scratch } from '../support/cli.ts';
import { demoEndpoint, expectCounted, READING } from '../support/demo-endpoint.ts';
import type { Endpoint } from '../support/endpoint.ts';

let endpoint: Endpoint;
afterEach(() => endpoint?.close());

async function started(...how: Parameters<typeof demoEndpoint>): Promise<Endpoint> {
  endpoint = await demoEndpoint(...how);
  return endpoint;
}

describe('an endpoint', () => {
  it('that goes away ends the run with one error; the run goes on from there, and asks nothing twice', async () => {
    const args = ['--preset', 'quick', '--n', '12', ...ATTACKS_ONLY, '--run', 'run', '--retries', '1', '--queries-per-example', '60'];
    const undisturbed = await demoEndpoint();
    const whole = await gibbon(['audit', `${undisturbed.origin}/predict`, ...READING, ...args]);
    await undisturbed.close();
    let [isGone, stopAt] = [false, 45];
    const { origin } = await started((n) => {
      isGone ||= n >= stopAt;
      return isGone ? { kind: 'reset' } : undefined;
    });
    const cwd = scratch();
    const ended = await gibbon(['audit', `${origin}/predict`, ...READING, ...args], { cwd });
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr.match(/^error /gm)).toHaveLength(1);
    expect(ended.stderr).toContain('does not answer');
    expect(ended.stderr).toContain('gibbon resume run');
    [isGone, stopAt] = [false, Number.POSITIVE_INFINITY];
    const resumed = await gibbon(['resume', 'run'], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    const [one, other] = [resultIn(join(whole.cwd, 'run')), resultIn(join(cwd, 'run'))];
    const [model, expected] = [other.models[0] as ModelResult, one.models[0] as ModelResult];
    expect([model.samples, model.attacks, model.curve]).toEqual([expected.samples, expected.attacks, expected.curve]);
    expect(other.checks.map(({ status }) => status)).toEqual(one.checks.map(({ status }) => status));
    // Counts go on over both runs; only the form of a request was found out again, by one row and by eight.
    expectCounted(model, endpoint);
    expect(endpoint.seen.answered).toBe(undisturbed.seen.answered + 9);
  });
});
