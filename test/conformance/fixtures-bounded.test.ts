/** Which of the fixtures' models have bounds, and why the others have none. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import { readModel } from '../../src/onnx/read.ts';
import { newGraph } from '../../src/ops/table.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { boundForm } from '../../src/transform/bounds/bound-form.ts';
import { unbounded } from '../../src/transform/bounds/refuse.ts';
import { scopeOf } from '../../src/transform/bounds/scope.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { modelsBelow } from '../support/lowered-model.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));

/** Operators without bounds, by the model. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  // Its dropout draws a mask by comparing random numbers: nothing that a bound could speak of.
  'certify/marabou/layer-zoo/dropout_training_mode_true.onnx': ['Cast', 'Less', 'Not'],
  // Its inputs are bytes, which an embedding reads as whole numbers.
  'text/magika/model.onnx': ['Cast', 'Equal', 'Reshape'],
};

/** Where a model leaves a dimension open. */
const OPEN = 8;

async function missing(path: string): Promise<string[]> {
  const { bytes, beside } = await readModelBytes(path);
  const model = readModel(bytes, beside);
  const shapes = Object.fromEntries(
    model.inputs.map(({ name, shape }) => [name, (shape ?? []).map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? 1 : OPEN))]),
  );
  const net = boundForm(await specialise(model, shapes, evaluator(ortNode)));
  return unbounded(scopeOf(newGraph(), net));
}

describe.skipIf(!existsSync(FIXTURES))('models of the fixtures', () => {
  it('have bounds, all but those listed', { timeout: 240_000 }, async () => {
    const found: Record<string, string[]> = {};
    const models = modelsBelow(FIXTURES);
    for (const path of models) {
      const operators = await missing(path);
      if (operators.length > 0) found[relative(FIXTURES, path)] = operators;
    }
    expect(models).toHaveLength(148);
    expect(found).toEqual(WITHOUT);
  });
});
