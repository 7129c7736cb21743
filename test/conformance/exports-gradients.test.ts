/** The input gradient of every exported network that is lowered, against central differences in float64. */
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GradientVerdict, gradientVerdict } from '../../bench/operators/gradients.ts';
import { GibbonError } from '../../src/base/errors.ts';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import { readModel } from '../../src/onnx/read.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { modelsBelow } from '../support/lowered-model.ts';
import { inputsOf, keptFeeds } from '../support/model-inputs.ts';

const EXPORTS = resolve(import.meta.dirname, '../assets/exports');

/** 8-bit images are full of equal neighbours, at which maxima have no derivative; these numbers are not. */
const SPREAD = 'uniform in [-1, 1]';

const tensorOf = ({ type, shape, data }: HostTensor): Tensor => ({
  type,
  shape,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

/** Undefined where the model has no lowering, or takes no float32. */
async function verdictOf(path: string): Promise<GradientVerdict | undefined> {
  const { bytes, beside } = await readModelBytes(path);
  const whole = readModel(bytes, beside);
  const model = { ...whole, outputs: whole.outputs.filter(({ declared, type }) => declared === undefined && type !== 'string') };
  if (model.outputs.length === 0 || !model.inputs.some(({ type }) => type === 'float32')) return undefined;
  const kept = keptFeeds(path);
  if (!kept) return undefined;
  const shapes = Object.fromEntries(Object.entries(kept).map(([name, { shape }]) => [name, shape]));
  const [, feeds] = inputsOf(model.inputs, shapes, kept).find(([name]) => name === SPREAD) ?? ['', {}];
  try {
    const graph = await specialise(model, shapes, evaluator(ortNode));
    return await gradientVerdict(
      graph,
      graph.inputs.map(({ name }) => tensorOf(feeds[name] as HostTensor)),
    );
  } catch (error) {
    if (error instanceof GibbonError && error.code !== 'E_INTERNAL') return undefined;
    throw error;
  }
}

describe('gradients of exports', () => {
  const seen: string[] = [];
  it.each(modelsBelow(EXPORTS).map((path) => relative(EXPORTS, path)))('%s', { timeout: 120_000 }, async (name) => {
    const verdict = await verdictOf(join(EXPORTS, name));
    if (!verdict) return;
    seen.push(verdict.outcome);
    expect(verdict, verdict.reason).toMatchObject({ outcome: expect.not.stringMatching('differs') });
  });

  it('are exact for most', () => expect(seen.filter((outcome) => outcome === 'exact').length).toBeGreaterThanOrEqual(50));
});
