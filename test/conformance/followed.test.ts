/** Networks beside inputs that bounds cannot follow: whole numbers and texts that stay as they are, and whole numbers that are cast at once. */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTableFor } from '../../src/audit/open-table.ts';
import { largestProved, proveAt } from '../../src/certify/claims/prove.ts';
import { modelNetwork, provableHead } from '../../src/certify/graphs/model-network.ts';
import { resizeImage } from '../../src/data/resize.ts';
import { createJudge, type Judge } from '../../src/model/judge.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from '../../src/model/ports-encoding.ts';
import { type Preprocessing, rangeOf } from '../../src/model/preprocessing.ts';
import { toRow } from '../../src/model/rows.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { EXPORTS } from '../support/exports.ts';

const judges: Judge[] = [];
afterAll(() => Promise.all(judges.map((judge) => judge.release())));

describe('a linear model on whole numbers, numbers and texts', () => {
  it('is certified to the radius of the closed form, for rows with different texts', async () => {
    const model = await readModelFile(join(EXPORTS, 'sklearn-columns-credit.onnx'));
    const path = join(EXPORTS, 'data/credit.csv');
    const { dataset, preprocessing } = await openTableFor(model, { model: model.path, data: { path }, flags: {}, threads: 1, seed: 0 });
    const judge = await createJudge(model, preprocessing, ortNode);
    judges.push(judge);
    const { columns } = preprocessing.encoding as PortsEncoding;
    /** log(p₁/p₀), which is linear in the columns of numbers. */
    const logit = async (row: Float32Array): Promise<number> => {
      const [[p0, p1]] = (await judge.scores([row])) as unknown as [[number, number]];
      return Math.log(p1 / p0);
    };
    const texts = new Set<string>();
    for (const sample of await dataset.read([1, 13, 29, 50])) {
      const x = await toRow(sample, preprocessing, resizeImage);
      texts.add(columns.flatMap(({ categories }, i) => (categories ? [categories[x[i] as number]] : [])).join());
      const z = await logit(x);
      const label = z > 0 ? 1 : 0;
      // How fast the logit falls along each element, and how far it may go; a whole number moves by ten, others by two deviations.
      const pulls: { slope: number; room: number }[] = [];
      for (const [i, column] of columns.entries()) {
        if (column.categories) continue;
        const step = column.whole ? 10 : 2 * column.scale;
        const moved = x.slice();
        moved[i] = elementOf(numberOf(x[i] as number, column) + step, column);
        const rise = ((await logit(moved)) - z) / ((moved[i] as number) - (x[i] as number));
        const isUp = rise > 0 === label < 1;
        pulls.push({ slope: Math.abs(rise), room: isUp ? column.high - (x[i] as number) : (x[i] as number) - column.low });
      }
      const left = (radius: number): number =>
        Math.abs(z) - pulls.reduce((sum, { slope, room }) => sum + slope * Math.min(radius, room), 0);
      let [low, high] = [0, 50];
      for (let i = 0; i < 60; i++) [low, high] = left((low + high) / 2) > 0 ? [(low + high) / 2, high] : [low, (low + high) / 2];
      const network = await modelNetwork(model, preprocessing, ortNode, x);
      const claim = { network, x, label, head: provableHead(model), norm: 'linf' as const, range: rangeOf(preprocessing) };
      const settings = { method: 'crown' as const, budget: 10, until: () => false };
      const { radius } = await largestProved(claim, { low: 0, high: Math.min(2 * low, 50) }, settings);
      await network.release();
      // To the 2 % of the halving, and what the probabilities' six digits leave of a logit.
      if (low < 49) expect(radius / low).toBeLessThan(1 + 1e-3);
      expect(radius / Math.min(low, 25)).toBeGreaterThan(0.95);
    }
    expect(texts.size).toBeGreaterThan(1);
  });
});

describe('a network with a picture, numbers and a kind', () => {
  const column = (name: string, whole: boolean, movable: boolean): EncodedColumn => ({
    ...{ name, scale: 1, offset: 0, low: 0, high: whole ? 2 : 1 },
    ...{ whole, movable },
  });
  const preprocessingOf = (kindMoves: boolean): Preprocessing => ({
    ...{ modality: 'tensor', layout: 'none', channels: 'none', shape: [774], mean: [0], std: [1], resize: 'crop' },
    encoding: {
      kind: 'ports',
      columns: [...Array.from({ length: 773 }, (_, i) => column(`v${i}`, false, true)), column('kind', true, kindMoves)],
      ports: [
        { name: 'image', type: 'float32', shape: [3, 16, 16], from: 0, count: 768 },
        { name: 'table', type: 'float32', shape: [5], from: 768, count: 5 },
        { name: 'kind', type: 'int64', shape: [], from: 773, count: 1 },
      ],
      groups: [],
      certain: true,
    },
  });

  it('holds what the file makes of each kind', async () => {
    const model = await readModelFile(join(EXPORTS, 'image-and-table-ts17.onnx'));
    const preprocessing = preprocessingOf(false);
    const judge = await createJudge(model, preprocessing, ortNode);
    judges.push(judge);
    for (const kind of [0, 2]) {
      const x = Float32Array.from({ length: 774 }, (_, i) => (i === 773 ? kind : (i * 0.6180339887) % 1));
      const network = await modelNetwork(model, preprocessing, ortNode, x);
      const [scores] = (await judge.scores([x])) as [Float32Array];
      const label = scores.indexOf(Math.max(...scores));
      const claim = { network, x, label, head: provableHead(model), norm: 'linf' as const, range: rangeOf(preprocessing) };
      const { isProved, goals } = await proveAt(claim, 0, { method: 'crown', budget: 10 });
      expect(isProved).toBe(true);
      // Over a single point bounds of scores are the scores, but for rounding.
      for (const { name, raw } of goals) expect(raw).toBeCloseTo((scores[label] as number) - (scores[Number(name)] as number), 3);
      await network.release();
    }
  });

  it('is refused where the kind itself may change', async () => {
    const model = await readModelFile(join(EXPORTS, 'image-and-table-ts17.onnx'));
    await expect(modelNetwork(model, preprocessingOf(true), ortNode)).rejects.toMatchObject({
      code: 'E_NOT_APPLICABLE',
      message: 'its input kind may change and holds whole numbers, which Gather takes as such',
    });
  });
});
