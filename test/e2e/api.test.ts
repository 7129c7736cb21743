/** The public TypeScript API, as a program uses it: through the package's own name, and with its own types. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type AuditResult, attack, audit, GibbonError, type LoadedModel, loadModel } from 'gibbon';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { DEMO, scratch } from '../support/cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const codeOf = (thrown: unknown): string => (thrown instanceof GibbonError ? thrown.code : String(thrown));

describe('a model in this process', () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(DEMO.natural);
  });
  afterAll(() => model.release());

  it('tells what it is', () => {
    expect(model.inspection).toMatchObject({ path: DEMO.natural, missing: [], masked: [] });
  });

  it('is attacked: what comes back fools it, inside the ball, and nothing else does', async () => {
    const examples = await model.examples({ data: DEMO.images, labels: DEMO.labels, first: 16, preprocessing: { mean: [0], std: [1] } });
    expect(examples.labels.slice(0, 5)).toEqual([7, 2, 1, 0, 4]);
    const shares: number[] = [];
    const outcomes = await attack('pgd', model, examples, { epsilon: '0.3', onProgress: (share) => shares.push(share) });
    expect(outcomes).toHaveLength(16);
    expect(shares.at(-1)).toBeCloseTo(1);
    for (const [i, { broken, adversarial, label }] of outcomes.entries()) {
      expect(broken).toBe(adversarial !== undefined);
      if (!adversarial) continue;
      const [again] = await model.predict({ inputs: [adversarial], preprocessing: examples.preprocessing });
      expect(again?.label).toBe(label);
      expect(label).not.toBe(examples.labels[i]);
      const distance = Math.max(...adversarial.map((value, at) => Math.abs(value - (examples.inputs[i]?.[at] as number))));
      expect(distance).toBeLessThanOrEqual(0.3 + 1e-6);
    }
    // MNIST's natural twin stands nowhere at 0.3 (models/README.md): an attack that breaks few is broken itself.
    expect(outcomes.filter(({ broken }) => broken).length).toBeGreaterThanOrEqual(15);
  });

  it('says what is wrong with a call', async () => {
    const preprocessing = {
      modality: 'image',
      layout: 'NCHW',
      channels: 'grayscale',
      shape: [1, 28, 28],
      mean: [0],
      std: [1],
      resize: 'crop',
    } as const;
    const examples = { inputs: [new Float32Array(784)], labels: [0], preprocessing };
    const thrown = (id: string, request: object, given: object = {}): Promise<string> =>
      attack(id, model, { ...examples, ...given }, request).then(() => 'nothing', codeOf);
    expect(await thrown('pdg', {})).toBe('E_USAGE');
    expect(await thrown('pgd', { params: { step: 3 } })).toBe('E_USAGE');
    expect(await thrown('pgd', { params: { steps: -1 } })).toBe('E_USAGE');
    expect(await thrown('hop-skip-jump', { norm: 'l1' })).toBe('E_USAGE');
    expect(await thrown('pgd', { epsilon: 'much' })).toBe('E_USAGE');
    expect(await thrown('pgd', {}, { inputs: [new Float32Array(783)] })).toBe('E_DATA_SHAPE');
    expect(await thrown('pgd', {}, { labels: [] })).toBe('E_LABELS_MISMATCH');
    expect(await thrown('pgd', { signal: AbortSignal.abort() })).toBe('E_ABORTED');
    expect(await loadModel('no-such-file.onnx').catch(codeOf)).toBe('E_FILE_NOT_FOUND');
  });
});

describe('an audit as a function', () => {
  it('returns the result that the command line writes, and tells of its progress', async () => {
    const labels: string[] = [];
    const folder = scratch();
    const call = {
      model: DEMO.natural,
      data: DEMO.images,
      labels: DEMO.labels,
      n: 20,
      preset: 'quick',
      folder,
      workers: 1,
      checks: { only: ['evasion'] },
    } as const;
    const result = await audit({ ...call, onProgress: ({ label }) => labels.push(label) });
    expect(result.summary).toMatchObject({ verdict: 'broken', cleanAccuracy: { n: 20 } });
    expect(result.run.command).toContain('mnist-natural.onnx');
    expect(labels.some((label) => label.includes('Projected gradient descent'))).toBe(true);
    expect(await readdir(folder)).toEqual(['adversarial']);
    expectTypeOf(result).toEqualTypeOf<AuditResult>();
    expectTypeOf(result.summary.robustAccuracy.low).toEqualTypeOf<number>();
    expectTypeOf(audit).parameter(0).toHaveProperty('data').toEqualTypeOf<string | undefined>();
  });

  it('rejects with one clear error', async () => {
    expect(await audit({ model: DEMO.natural }).catch(codeOf)).toBe('E_USAGE');
    expect(await audit({ model: DEMO.natural, data: '/nowhere' }).catch(codeOf)).toBe('E_FILE_NOT_FOUND');
    const call = { model: DEMO.natural, data: DEMO.images, labels: DEMO.labels, signal: AbortSignal.abort() };
    expect(await audit(call).catch(codeOf)).toBe('E_ABORTED');
  });
});

describe('the examples of the documentation', async () => {
  const expected: Readonly<Record<string, RegExp>> = {
    'attack.ts': /52506 parameters.*\n\d+ of 20 break within 0\.1\n(\d+) of \1 fool the model again\n$/,
    'audit.ts': /mnist-natural: broken; .*\nmnist-adversarial: robust; /,
    'gate.ts': /fail mnist-natural: Robust accuracy .*\npass mnist-adversarial: Robust accuracy /,
  };
  it('are all run here', async () => {
    expect((await readdir(join(ROOT, 'examples'))).filter((name) => name.endsWith('.ts')).sort()).toEqual(Object.keys(expected));
  });
  it.each(Object.entries(expected))('%s prints what it says', async (name, output) => {
    const cwd = scratch();
    const jiti = join(ROOT, 'node_modules/jiti/lib/jiti-cli.mjs');
    const { stdout } = await run(process.execPath, [jiti, join(ROOT, 'examples', name)], { cwd }).catch(
      (failed: { code: number; stdout: string; stderr: string }) => {
        // The gate says by its exit code that a model does not pass.
        if (name !== 'gate.ts' || failed.code !== 1) throw new Error(failed.stderr);
        return failed;
      },
    );
    expect(stdout).toMatch(output);
    if (name === 'audit.ts') expect(existsSync(join(cwd, 'gibbon-report/report.html'))).toBe(true);
  });
});
