/** Models that hide their gradients, from the command line: what stands in for what, what that changes, and what a wrong name gets. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { type Graph, int } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { DEMO, gibbon, scratch } from '../support/cli.ts';
import { HELD_OUT, MASKS, maskedModel, type Places } from '../support/masked.ts';

const dir = scratch();
const DATA = ['--data', DEMO.images, '--labels', DEMO.labels, '--mean', '0', '--std', '1', '--n', '20', '--epsilon', '0.1'];
/** 32 levels by way of a remainder: two gradients that cancel out. */
const REMAINDER: Places = { front: (w, x) => w.op('Sub', [x, w.op('Mod', [x, 1 / 32], { fmod: int(1) })]) };
const levels = maskedModel(DEMO.natural, REMAINDER, join(dir, 'levels.onnx'));
const steps = maskedModel(DEMO.natural, MASKS['quantised-activations'], join(dir, 'steps.onnx'));
const pixels = maskedModel(DEMO.natural, HELD_OUT['random-pixels'], join(dir, 'pixels.onnx'));

async function attack(model: string, ...flags: string[]): Promise<AuditResult['models'][number]> {
  const ended = await gibbon(['attack', 'pgd', model, ...DATA, '--steps', '20', '--json', '-', ...flags]);
  expect(ended.code, ended.stderr).toBe(0);
  return (JSON.parse(ended.stdout) as AuditResult).models[0] as AuditResult['models'][number];
}

const standing = ({ summary }: AuditResult['models'][number]): number => summary.robustAccuracy.value;

describe('gibbon attack pgd', () => {
  it('levels by a remainder, and the input in their place', async () => {
    const front = 'mask:Sub:1:out';
    const [plain, replaced] = [await attack(levels), await attack(levels, '--stand-in', `image=${front}`)];
    expect(replaced.maskedGradients).toEqual([`${front} (counts as image)`]);
    expect(standing(replaced)).toBeLessThan(standing(plain));
  });

  it('rounded activations, with their own gradient and with a straight-through one', async () => {
    const [exact, through] = [await attack(steps, '--exact-gradients'), await attack(steps)];
    expect([exact.maskedGradients, through.maskedGradients]).toEqual([['Round (no stand-in)'], ['Round (straight-through)']]);
    expect(standing(through)).toBeLessThan(standing(exact));
  });

  it('random layers: every draw is counted', async () => {
    const model = await attack(pixels, '--draws', '4');
    const { queries, n } = model.attacks[0] as NonNullable<(typeof model.attacks)[number]>;
    expect(queries % 4).toBe(0);
    expect(queries).toBeGreaterThan(4 * n);
  });

  it.each([
    ['image=nowhere', 'no value nowhere stands on the way to the scores'],
    ['image', 'Two values of the model'],
    ['image=mask:Sub:1:out=nowhere.onnx', 'there is no file nowhere.onnx'],
  ])('--stand-in %s is refused', async (given, message) => {
    const ended = await gibbon(['attack', 'pgd', levels, ...DATA, '--stand-in', given]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
  });
});

describe('gibbon resume', () => {
  const ofOne = (op: string): Graph => ({
    name: op,
    opsets: new Map([['', 17]]),
    inputs: [{ name: 'a', type: 'float32', shape: ['n', 1, 28, 28] }],
    outputs: [{ name: 'b', type: 'float32', shape: ['n', 1, 28, 28] }],
    nodes: [{ op, domain: '', name: op, inputs: ['a'], outputs: ['b'], attributes: {} }],
    constants: new Map(),
  });

  it('does not go on with another stand-in than it began with, and says what to do', async () => {
    const cwd = scratch();
    const file = join(cwd, 'smooth.onnx');
    writeFileSync(file, writeModel(ofOne('Tanh')).bytes);
    const flags = [...DATA, '--stand-in', 'image=mask:Sub:1:out=smooth.onnx', '--preset', 'quick', '--only', 'evasion', '--run', 'run'];
    const began = await gibbon(['audit', levels, ...flags], { cwd });
    expect(began.code, began.stderr).toBe(0);
    writeFileSync(file, writeModel(ofOne('Sigmoid')).bytes);
    const changed = await gibbon(['resume', 'run'], { cwd });
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('smooth.onnx, which stands in for mask:Sub:1:out, has changed since the run began [E_FILE_CHANGED]');
    expect(changed.stderr).toContain('or audit with the new one: gibbon audit');
    rmSync(file);
    const gone = await gibbon(['resume', 'run'], { cwd });
    expect(gone.stderr).toContain('smooth.onnx, which stands in for mask:Sub:1:out, is gone [E_FILE_NOT_FOUND]');
  });
});

describe('gibbon compose', () => {
  const net = readModel(readFileSync(DEMO.natural));
  const front: Graph = {
    name: 'levels',
    opsets: net.opsets,
    inputs: net.inputs,
    outputs: [{ name: 'levels', type: 'float32', shape: net.inputs[0]?.shape ?? null }],
    nodes: [{ op: 'Round', domain: '', name: 'conv1', inputs: ['image'], outputs: ['levels'], attributes: {} }],
    constants: new Map(),
  };

  it('makes one target of preprocessing and network', async () => {
    const [first, whole] = [join(dir, 'front.onnx'), join(dir, 'whole.onnx')];
    writeFileSync(first, writeModel(front).bytes);
    const made = await gibbon(['compose', first, DEMO.natural, '-o', whole]);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toContain('input image; output logits');
    const model = await attack(whole);
    // Binary pictures, of which a tenth of the range changes few pixels.
    expect(model.maskedGradients).toEqual(['Round (straight-through)']);
    expect(model.summary.cleanAccuracy.value).toBeGreaterThan(0.8);
  });

  it.each([
    [[DEMO.natural], 'nothing to put together'],
    [[DEMO.natural, DEMO.natural], 'mnist-natural.onnx does not follow mnist-natural.onnx'],
    [[DEMO.natural, 'nowhere.onnx'], 'nowhere.onnx'],
  ])('%j is refused', async (models, message) => {
    const ended = await gibbon(['compose', ...models, '-o', join(dir, 'refused.onnx')]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(existsSync(join(dir, 'refused.onnx'))).toBe(false);
  });
});
