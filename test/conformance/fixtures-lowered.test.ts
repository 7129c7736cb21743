/**
 * Every model file of the fixtures and of the exports: read, lowered and specialised it answers as the untouched file does in ONNX Runtime, to
 * float32 rounding, on ordinary and extreme inputs, in another batch too; or it is refused by one of the reasons below.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareLowered, modelsBelow } from '../support/lowered-model.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const EXPORTS = resolve(import.meta.dirname, '../assets/exports');

/** What is refused, by a part of its path, and a part of the reason. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['sklearn-columns-boosting-credit.onnx', 'ai.onnx.ml.LabelEncoder (it works on maps or text'],
  ['sklearn-columns-credit', 'its categories are text'],
  ['sklearn-svc-wine.onnx', 'ai.onnx.ml.SVMClassifier (a kernel machine'],
  ['sklearn-tfidf-text.onnx', 'TfIdfVectorizer (it works on text'],
  ...['lightgbm-', 'sklearn-boosting-', 'sklearn-columns-forest-', 'sklearn-forest-', 'sklearn-tree-', 'xgboost-'].map(
    (part) => [part, 'a tree is constant between its thresholds'] as const,
  ),
];

/** What it answers is drawn at random: random-layers.test.ts looks at its moments. */
const RANDOM = 'layer-zoo/dropout_training_mode_true.onnx';

const refusal = (path: string): string | undefined => REFUSED.find(([part]) => path.includes(part))?.[1];

function suite(folder: string): void {
  const models = modelsBelow(folder);
  it.each(models.filter((path) => !path.endsWith(RANDOM)).map((path) => [relative(folder, path), path] as const))(
    '%s',
    { timeout: 120_000 },
    async (name, path) => {
      const found = await compareLowered(path);
      expect(found.length).toBeGreaterThan(0);
      const reason = refusal(name);
      for (const one of found) {
        expect(one, JSON.stringify(one)).toMatchObject({ class: reason === undefined ? 'equal' : 'refused' });
        if (one.class === 'refused') expect(one.reason).toContain(reason);
      }
    },
  );
}

describe('exports, lowered', () => suite(EXPORTS));

describe('fixtures, lowered', () => {
  if (!existsSync(FIXTURES)) {
    it.skip(`(skipped: nothing at ${FIXTURES}; set GIBBON_FIXTURES)`);
    return;
  }
  it('are all 148', () => expect(modelsBelow(FIXTURES)).toHaveLength(148));
  suite(FIXTURES);
});
