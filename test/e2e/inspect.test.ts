/** `gibbon inspect` explains any model in one screen, also those that cannot be audited. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/audit/inspect.ts';
import { inspectText } from '../../src/cli/inspect-text.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { DEMO, gibbon } from '../support/cli.ts';

const FIXTURES = process.env.GIBBON_FIXTURES ?? resolve(import.meta.dirname, '../../../shared/fixtures');
/** A terminal of the usual size. */
const [ROWS, COLUMNS] = [30, 130];

describe('gibbon inspect', () => {
  it('says what goes in and out, and that gradients pass', async () => {
    const { code, stdout } = await gibbon(['inspect', DEMO.natural]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/made by gibbon · opset 17/);
    expect(stdout).toMatch(/input +image +float32 \[batch, 1, 28, 28\] +grayscale images, channels first/);
    expect(stdout).toMatch(/output +logits +float32 \[batch, 10\] +the scores: logits/);
    expect(stdout).toMatch(/gradients +yes, through all 8 nodes/);
  });

  it('gives the same as JSON', async () => {
    const { stdout } = await gibbon(['inspect', '--json', DEMO.natural]);
    expect(JSON.parse(stdout)).toMatchObject({
      producer: 'gibbon',
      opsets: { 'ai.onnx': 17 },
      head: { kind: 'logits' },
      missing: [],
      refused: null,
    });
  });

  // One of each folder: the largest, which has most to say.
  const models = existsSync(FIXTURES)
    ? ['mnist', 'cifar10', 'imagenet', 'signs', 'audio', 'text/magika', 'text/llm_guardrail', 'detection'].flatMap((folder) =>
        readdirSync(join(FIXTURES, folder))
          .filter((name) => name.endsWith('.onnx'))
          .map((name) => join(FIXTURES, folder, name)),
      )
    : [];
  it.skipIf(models.length === 0)(`fits a screen for every published model (fixtures at ${FIXTURES})`, async () => {
    for (const model of models) {
      // In this process: starting one for each takes longer than the inspection.
      const lines = inspectText(await inspect(model, ortNode))
        .trimEnd()
        .split('\n');
      expect(lines.length, model).toBeLessThanOrEqual(ROWS);
      for (const line of lines.slice(1)) expect(line.length, line).toBeLessThanOrEqual(COLUMNS + model.length);
    }
  });
});
