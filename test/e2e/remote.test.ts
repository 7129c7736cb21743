/** Models behind addresses: the same figures as the file gives, decisions alone, and what needs a file. */
import { describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';
import { demoEndpoints, expectCounted, faulty, modelOf, READING, scores } from '../support/demo-endpoint.ts';

const started = demoEndpoints();

describe('an endpoint', () => {
  it('gives the figures of the file that is behind it, whatever fails on the way', async () => {
    const args = [
      ...READING,
      '--preset',
      'quick',
      '--n',
      '6',
      ...ATTACKS_ONLY,
      '--knowledge',
      'scores',
      '--workers',
      '1',
      '--queries-per-example',
      '60',
    ];
    const file = await gibbon(['audit', DEMO.natural, ...args]);
    expect(file.code, file.stderr).toBe(0);
    const endpoint = await started(faulty(31));
    const remote = await gibbon(['audit', `${endpoint.origin}/predict`, ...args, '--timeout', '1']);
    expect(remote.code, remote.stderr).toBe(0);
    const [local, asked] = [modelOf(file), modelOf(remote)];
    expect(asked.samples).toEqual(local.samples);
    expect(asked.attacks).toEqual(local.attacks);
    expect(asked.curve).toEqual(local.curve);
    expect(asked.summary).toEqual(local.summary);
    expect(asked.remote).toMatchObject({
      url: `${endpoint.origin}/predict`,
      request: '{"instances":"$rows"}',
      response: 'predictions',
      answers: 'scores',
    });
    expectCounted(asked, endpoint);
    expect(endpoint.seen.unsure).toBeGreaterThan(0);
    expect(endpoint.seen.refused).toBeGreaterThan(0);
    expect(asked.threat.knowledge).toBe('scores');
  });

  it('that answers labels only is attacked by labels, and nothing is said of confidence', async () => {
    const endpoint = await started(undefined, {
      answer: async (body) => ({ predictions: (await scores(body)).map((row) => row.indexOf(Math.max(...row))) }),
    });
    const ended = await gibbon([
      'audit',
      `${endpoint.origin}/predict`,
      ...READING,
      '--preset',
      'quick',
      '--n',
      '6',
      '--only',
      'evasion,noise-baseline,calibration',
      '--queries-per-example',
      '60',
      '--set',
      'calibration.n=20',
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    const model = modelOf(ended);
    expect(model.remote?.answers).toBe('labels');
    expect(model.threat.knowledge).toBe('labels');
    expect(model.attacks.map(({ id }) => id)).toEqual(['uniform-noise', 'hop-skip-jump']);
    expect(model.attacksLeftOut?.find(({ id }) => id === 'square')?.reason).toBe('takes scores, and the endpoint answers labels only');
    expect(model.samples.every(({ clean, adversarial }) => clean.confidence === null && (adversarial?.confidence ?? null) === null)).toBe(
      true,
    );
    expectCounted(model, endpoint);
  });

  it('has no file for the checks that want one', async () => {
    const endpoint = await started();
    const only = ['--only', 'model-file,input-validation,latency,noise-baseline', '--knowledge', 'nothing'];
    const ended = await gibbon(['audit', `${endpoint.origin}/predict`, ...READING, '--preset', 'quick', '--n', '10', ...only]);
    expect(ended.code, ended.stderr).toBe(0);
    const { checks } = resultIn(runFolder(ended.cwd));
    const without = checks.filter(({ reason }) => reason?.startsWith('The model is behind an endpoint')).map(({ id }) => id);
    expect(without).toEqual(['model-file', 'input-validation', 'latency']);
    expectCounted(modelOf(ended), endpoint);
  });
});
