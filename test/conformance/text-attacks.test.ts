/** Charmer against the exhaustive search on an exported BERT, and the candidates that it proposes against the rules. */
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { attack } from '../../src/api/attack.ts';
import { type LabelledExamples, type LoadedModel, loadModel } from '../../src/api/load-model.ts';
import { lengthOf } from '../../src/base/code-points.ts';
import { editDistance } from '../../src/threat/edits.ts';

const FOLDER = resolve(import.meta.dirname, '../assets/exports/hf-text');

let model: LoadedModel;
let examples: LabelledExamples;
beforeAll(async () => {
  model = await loadModel(FOLDER);
  examples = await model.examples({ data: join(FOLDER, 'messages.csv'), n: 24 });
});

const broken = async (epsilon: number, params: Record<string, unknown>): Promise<Set<number>> => {
  const outcomes = await attack('charmer', model, examples, { epsilon, params });
  return new Set(outcomes.filter((one) => one.broken).map(({ index }) => index));
};

describe('one edit', () => {
  it('20 places lose at most one in twenty of what all places find, and find nothing that these do not', async () => {
    // As many places as the longest text has: every single edit is tried.
    const all = await broken(1, { positions: 2 * (examples.inputs[0]?.length ?? 0) + 1 });
    const some = await broken(1, { positions: 20 });
    expect([...some].filter((index) => !all.has(index))).toEqual([]);
    expect(all.size).toBeGreaterThan(0);
    expect(some.size).toBeGreaterThanOrEqual(0.95 * all.size);
  });
});

it('more edits break at least as much, and more than chance does', async () => {
  const [one, three] = [await broken(1, { positions: 1 }), await broken(3, { positions: 1 })];
  for (const index of one) expect(three.has(index)).toBe(true);
  const noise = await attack('random-edits', model, examples, { epsilon: 3 });
  expect(three.size).toBeGreaterThan(noise.filter((outcome) => outcome.broken).length);
});

it('what counts as broken is within the budget, and decided by the model as it is', async () => {
  const outcomes = await attack('charmer', model, examples, { epsilon: 3, params: { positions: 2 } });
  const hits = outcomes.flatMap((outcome, i) => (outcome.adversarial ? [{ outcome, i, text: outcome.adversarial }] : []));
  const decisions = await model.predict({ inputs: hits.map(({ text }) => text), preprocessing: examples.preprocessing });
  for (const [at, { outcome, i, text }] of hits.entries()) {
    const edits = editDistance(examples.inputs[i] as Float32Array, text);
    expect(edits).toBeLessThanOrEqual(3);
    expect(outcome.distances?.edits).toBe(edits);
    expect(outcome.distances?.editShare).toBeCloseTo(edits / lengthOf(examples.inputs[i] as Float32Array), 12);
    expect(decisions[at]?.label).toBe(outcome.label);
    expect(outcome.label).not.toBe(examples.labels[i]);
  }
});
