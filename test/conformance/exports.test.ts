/** The exported networks: ONNX Runtime answers as the framework that they come from does, so what stands in the folder is what was exported. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFloat } from '../../src/onnx/tensor.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { EXPORTS, expectedOf, exported } from '../support/exports.ts';
import { numbersOf } from '../support/model-inputs.ts';

const LARGEST = 300_000;
const ALL_BYTES = 5_300_000;

const files = readdirSync(EXPORTS, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));

/** The largest absolute difference; infinite where the lengths differ or something is no number. */
function apart(found: readonly number[], wanted: readonly number[]): number {
  const far = wanted.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)));
  return found.length === wanted.length && far.every((value) => value >= 0) ? Math.max(...far) : Number.POSITIVE_INFINITY;
}

describe('exports', () => {
  it('are those of the manifest, and small', () => {
    const models = files.filter((path) => path.endsWith('.onnx'));
    expect(models.sort()).toEqual(
      exported()
        .map(({ file }) => file)
        .sort(),
    );
    expect(models.length).toBeGreaterThanOrEqual(24);
    const sizes = files.map((path) => statSync(join(EXPORTS, path))).filter((entry) => entry.isFile());
    expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThan(LARGEST);
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(ALL_BYTES);
  });

  it.each(exported().map((one) => [one.name, one] as const))('%s', { timeout: 60_000 }, async (_, one) => {
    const { inputs, framework } = expectedOf(one);
    const session = await ortNode.loadModel(join(EXPORTS, one.file));
    const tensors = one.outputs.filter(({ name, type }) => framework[name] !== undefined && type !== 'sequence').map(({ name }) => name);
    const outputs = await session.run(inputs, tensors);
    await session.release();
    for (const name of tensors) {
      const wanted = framework[name] as (typeof framework)[string];
      const found = outputs[name] as HostTensor;
      expect(found.shape).toEqual(wanted.shape);
      if (wanted.type === 'string') expect(found.data).toEqual(wanted.data);
      else expect(apart(numbersOf(found), numbersOf(wanted))).toBeLessThanOrEqual(isFloat(wanted.type) ? one.tolerance : 0);
    }
  });
});
