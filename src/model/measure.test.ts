/** Distances against plain arithmetic, the ball's tolerance against float32 spacing, and 8-bit pictures inside the ball. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { isInside, measure, rounded } from './measure.ts';
import { readModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { createTarget, type Target } from './target.ts';

const SHAPE = [3, 12, 12];
const SIZE = 432;
const P: Preprocessing = { modality: 'image', layout: 'NCHW', channels: 'rgb', shape: SHAPE, mean: [0], std: [1], resize: 'crop' };

let target: Target;

beforeAll(async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-measure-')), 'm.onnx');
  const constants = new Map([['w', floats(new Float32Array(SIZE * 2).fill(0.01), [SIZE, 2])]]);
  const nodes = [
    { op: 'Flatten', domain: '', name: 'f', inputs: ['x'], outputs: ['f'], attributes: {} },
    { op: 'MatMul', domain: '', name: 'y', inputs: ['f', 'w'], outputs: ['y'], attributes: {} },
  ];
  const ports = {
    inputs: [{ name: 'x', type: 'float32' as const, shape: ['n', ...SHAPE] }],
    outputs: [{ name: 'y', type: 'float32' as const, shape: ['n', 2] }],
  };
  writeFileSync(path, writeModel({ name: 'm', opsets: new Map([['', 17]]), ...ports, nodes, constants }).bytes);
  target = await createTarget(await readModelFile(path), P, ortNode);
});

afterAll(() => target.release());

const bytes = (key: string): Float32Array => {
  const rng = keyedRng(0, 'measure', key);
  return Float32Array.from({ length: SIZE }, () => rng.int(256) / 255);
};

describe('measure', () => {
  it('gives the norms of the difference, and similarity 1 to itself', async () => {
    const original = bytes('a');
    const candidate = original.map((v, i) => (i % 7 === 0 ? Math.min(1, v + 0.1) : v));
    const d = Array.from(candidate, (v, i) => Math.abs(v - (original[i] as number)));
    const [one, same] = await measure(target, [
      { original, candidate },
      { original, candidate: original },
    ]);
    expect(one?.l0).toBe(d.filter((v) => v > 1e-7).length);
    expect(one?.l1).toBeCloseTo(
      d.reduce((a, b) => a + b, 0),
      4,
    );
    expect(one?.l2).toBeCloseTo(Math.hypot(...d), 5);
    expect(one?.linf).toBeCloseTo(Math.max(...d), 6);
    expect(one?.ssim).toBeLessThan(1);
    expect(same?.ssim).toBeCloseTo(1, 5);
  });

  it('has the closed form of similarity on flat images', async () => {
    const [a, b, c1] = [0.2, 0.6, 0.01 ** 2];
    const [flat] = await measure(target, [{ original: new Float32Array(SIZE).fill(a), candidate: new Float32Array(SIZE).fill(b) }]);
    // Without variance Wang et al.'s equation 13 is (2ab + C1)/(a² + b² + C1). Variances are differences of squares: float32 leaves some
    // 4·2⁻²⁴·b² of them, which beside C2 = 0.0009 moves the result by up to 1e-4.
    expect(flat?.ssim).toBeCloseTo((2 * a * b + c1) / (a * a + b * b + c1), 3);
  });

  it('counts a full step on large numbers as inside, whatever float32 made of it, and a longer one as outside', async () => {
    for (const base of [0, 1, 3000, 100_000]) {
      const original = new Float32Array(SIZE).fill(base);
      const [full, over] = await measure(target, [
        { original, candidate: original.map((v) => v + 0.1) },
        { original, candidate: original.map((v) => v + 0.15) },
      ]);
      expect(isInside(full as never, 'linf', 0.1), `${base} + 0.1`).toBe(true);
      expect(isInside(over as never, 'linf', 0.1), `${base} + 0.15`).toBe(false);
    }
  });
});

describe('rounded', () => {
  it.each(['linf', 'l2', 'l1'] as const)('gives levels of 1/255 that stay in the %s ball', async (norm) => {
    const epsilon = { linf: 8 / 255, l2: 0.5, l1: 12 }[norm];
    const original = bytes('b');
    const noise = new Float32Array(SIZE);
    keyedRng(1, 'noise').fillUniform(noise, -1, 1);
    const size = { linf: 1, l2: Math.hypot(...noise), l1: noise.reduce((a, b) => a + Math.abs(b), 0) }[norm];
    const candidate = original.map((v, i) => Math.min(1, Math.max(0, v + (epsilon / size) * (noise[i] as number))));
    const [level] = await rounded(target, [{ original, candidate }], norm, epsilon);
    for (const v of level as Float32Array) expect(Math.abs(v * 255 - Math.round(v * 255))).toBeLessThan(1e-4);
    const [measured] = await measure(target, [{ original, candidate: level as Float32Array }]);
    expect(isInside(measured as never, norm, epsilon)).toBe(true);
    expect(measured?.l0).toBeGreaterThan(0);
  });
});
