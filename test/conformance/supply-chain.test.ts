/** No honest model file of the fixtures and of the exports is taken for one with trigger logic, or for one that carries something. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../src/audit/supply-chain/contents.ts';
import { findTriggers } from '../../src/audit/supply-chain/triggers.ts';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import { readModel } from '../../src/onnx/read.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { keptRows, randomFeeds } from '../support/any-feeds.ts';
import { modelsBelow } from '../support/lowered-model.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const EXPORTS = resolve(import.meta.dirname, '../assets/exports');
function suite(folder: string): void {
  it.each(modelsBelow(folder).map((path) => [relative(folder, path), path] as const))('%s', { timeout: 120_000 }, async (name, path) => {
    const { bytes, beside } = await readModelBytes(path);
    const graph = readModel(bytes, beside);
    expect(contentsOf(bytes, graph).filter(({ kind }) => kind !== 'external-data')).toEqual([]);
    const kept = keptRows(path);
    const insists = graph.inputs.some(({ shape }) => typeof shape?.[0] === 'number' && shape[0] > 1);
    const usual = insists ? [] : kept;
    const hunt = await findTriggers({ graph, runtime: ortNode, usual, random: randomFeeds(graph, usual) });
    // This one was exported to have a trigger: rows with a white corner pixel take another path.
    if (name.includes('where-trigger')) expect(hunt.suspects.map(({ op }) => op)).toEqual(['Greater']);
    else expect(hunt.suspects).toEqual([]);
  });
}

describe('exports', () => suite(EXPORTS));

describe('fixtures', () => {
  if (!existsSync(FIXTURES)) {
    it.skip(`(skipped: nothing at ${FIXTURES}; set GIBBON_FIXTURES)`);
    return;
  }
  suite(FIXTURES);
});
