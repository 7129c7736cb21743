/** Three networks that hide their gradients and three honest ones: who is called masked, and why. The whole table is test/accept/masking.accept.ts. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENIGN } from '../support/benign.ts';
import { DEMO, gibbon, resultIn, runFolder, scratch } from '../support/cli.ts';
import { MASKS, maskedModel } from '../support/masked.ts';

const dir = scratch();

async function evidenceOf(
  n: number,
  ...models: string[]
): Promise<{ status: string; findings: string[]; text: string; verdict: string }[]> {
  const args = [
    '--data',
    DEMO.images,
    '--labels',
    DEMO.labels,
    '--mean',
    '0',
    '--std',
    '1',
    '--n',
    String(n),
    '--preset',
    'quick',
    '--workers',
    '1',
  ];
  const ended = await gibbon(['audit', ...models, ...args, '--epsilon', '0.3', '--only', 'evasion,gradient-masking,evaluation-checklist']);
  expect(ended.code, ended.stderr).toBe(0);
  const { checks, models: results } = resultIn(runFolder(ended.cwd));
  return checks
    .filter(({ id }) => id === 'gradient-masking')
    .map(({ status, findings, model }) => ({
      status,
      findings: findings.map(({ id }) => id),
      text: findings.map(({ text }) => text).join(' '),
      verdict: results.find(({ name }) => name === model)?.summary.verdict ?? '',
    }));
}

describe('gradient-masking', () => {
  it('names what hides the gradients', async () => {
    const made = (['quantised-activations', 'saturated-softmax', 'random-noise'] as const).map((name) =>
      maskedModel(DEMO.natural, MASKS[name], join(dir, `${name}.onnx`)),
    );
    const [rounded, saturated, noisy] = await evidenceOf(30, ...made);
    expect(rounded).toMatchObject({ status: 'warn', findings: ['masked-gradients'] });
    expect(rounded?.text).toContain('Round mask:Round:');
    expect(saturated).toMatchObject({ status: 'warn', findings: ['saturation', 'unbounded'] });
    expect(saturated?.text).toMatch(/logits up to \d{4}/);
    // Its gradients are means over draws and its decisions votes, so that what breaks it is no luck.
    expect(noisy).toMatchObject({ status: 'warn', findings: ['random-answers'], verdict: 'broken' });
    expect(noisy?.text).toContain('RandomNormalLike mask:RandomNormalLike:0');
  });

  it('is silent on honest networks, and on rounding that does no harm', async () => {
    const camera = maskedModel(DEMO.natural, BENIGN['camera-rounding'], join(dir, 'camera.onnx'));
    const found = await evidenceOf(60, DEMO.natural, DEMO.adversarial, camera);
    expect(found.map(({ status, findings }) => [status, findings])).toEqual([
      ['pass', []],
      ['pass', []],
      ['pass', []],
    ]);
  });
});
