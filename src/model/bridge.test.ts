import { describe, expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { bridgeBetween } from './bridge.ts';
import type { EncodedColumn, PortsEncoding } from './ports-encoding.ts';
import type { Preprocessing } from './preprocessing.ts';
import { toRow } from './rows.ts';

const IMAGE: Preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'rgb',
  shape: [3, 4, 5],
  mean: [0],
  std: [1],
  resize: 'stretch',
};
const of = (more: Partial<Preprocessing>): Preprocessing => ({ ...IMAGE, ...more });

async function bridged(from: Preprocessing, to: Preprocessing, row: Float32Array): Promise<number[]> {
  const found = bridgeBetween(from, to);
  if ('reason' in found) throw new Error(found.reason);
  const g = newGraph();
  const y = found.bridge(g, g.input('x', 'float32', [1, ...from.shape]));
  expect(y.shape).toEqual([1, ...to.shape]);
  const session = await ortNode.load(g.finish({ y }));
  const { y: made } = await session.run({ x: { type: 'float32', shape: [1, ...from.shape], data: row } });
  return Array.from(made?.data as Float32Array);
}

const picture = (channels: number): { shape: number[]; data: Float32Array; index: 0; id: string; label: 0 } => ({
  index: 0,
  id: '',
  label: 0,
  shape: [4, 5, channels],
  data: Float32Array.from({ length: 20 * channels }, (_, i) => ((i * 37) % 101) / 101),
});

const never = (): never => {
  throw new Error('nothing to resize');
};

describe('bridgeBetween', () => {
  const forms: [string, Preprocessing][] = [
    ['planes', IMAGE],
    ['BGR planes', of({ channels: 'bgr' })],
    ['channels last', of({ layout: 'NHWC', shape: [4, 5, 3] })],
    ['BGR, channels last', of({ layout: 'NHWC', channels: 'bgr', shape: [4, 5, 3] })],
    ['gray', of({ channels: 'grayscale', shape: [1, 4, 5] })],
    ['gray without channels', of({ channels: 'grayscale', shape: [4, 5] })],
  ];
  const pairs = forms.flatMap(([a, from]) => forms.map(([b, to]) => [a, b, from, to] as const));

  it.each(pairs.filter(([a]) => !a.startsWith('gray')))('%s to %s: the row that the same picture makes', async (_, __, from, to) => {
    const [row, wanted] = [await toRow(picture(3), from, never), await toRow(picture(3), to, never)];
    const made = await bridged(from, to, row);
    for (const [i, value] of wanted.entries()) expect(made[i]).toBeCloseTo(value, 6);
  });

  it.each(pairs.filter(([a]) => a.startsWith('gray')))('%s to %s: a gray picture', async (_, __, from, to) => {
    const [row, wanted] = [await toRow(picture(1), from, never), await toRow(picture(1), to, never)];
    const made = await bridged(from, to, row);
    for (const [i, value] of wanted.entries()) expect(made[i]).toBeCloseTo(value, 6);
  });

  it('flat pictures, pixel by pixel and plane by plane', async () => {
    const square = { ...picture(3), shape: [4, 4, 3], data: picture(3).data.slice(0, 48) };
    const flat = of({ shape: [48], layout: 'NHWC', channels: 'none' });
    for (const to of [of({ shape: [48], layout: 'NCHW', channels: 'none' }), of({ shape: [3, 4, 4] })]) {
      const wanted = await toRow(square, to, never);
      expect(await bridged(flat, to, await toRow(square, flat, never))).toEqual(Array.from(wanted));
    }
  });

  it('another size: a flat picture stays flat', async () => {
    const row = new Float32Array(60).fill(0.25);
    for (const value of await bridged(IMAGE, of({ shape: [3, 9, 7] }), row)) expect(value).toBeCloseTo(0.25, 6);
  });

  it('recordings are cut, or padded with silence', async () => {
    const [long, short] = [of({ modality: 'waveform', shape: [6] }), of({ modality: 'waveform', shape: [1, 4] })];
    expect(await bridged(long, short, Float32Array.of(1, 2, 3, 4, 5, 6))).toEqual([1, 2, 3, 4]);
    expect(await bridged(short, long, Float32Array.of(1, 2, 3, 4))).toEqual([1, 2, 3, 4, 0, 0]);
  });

  it('columns are found by name, in the units of either model', async () => {
    const column = (name: string, scale: number, offset = 0, categories?: string[]): EncodedColumn => ({
      ...{ name, scale, offset, low: 0, high: 1, whole: false, movable: true },
      categories,
    });
    const table = (columns: readonly EncodedColumn[]): Preprocessing =>
      of({
        modality: 'table',
        shape: [columns.length],
        encoding: { kind: 'ports', columns, ports: [], groups: [], certain: true } satisfies PortsEncoding,
      });
    const from = table([column('age', 10, 30), column('sex', 1, 0, ['f', 'm']), column('income', 1000)]);
    const to = table([column('income', 500, 100), column('age', 5), column('sex', 1, 0, ['f', 'm'])]);
    // income 2000 = (2000 − 100)/500 of the other's units, age 50 = 10 of them.
    expect(await bridged(from, to, Float32Array.of(2, 1, 2))).toEqual([expect.closeTo(3.8, 5), 10, 1]);
    expect(bridgeBetween(from, table([column('height', 1)]))).toEqual({ reason: expect.stringContaining('height') });
    expect(bridgeBetween(from, table([column('sex', 1, 0, ['m', 'f'])]))).toEqual({ reason: expect.stringContaining('sex') });
  });

  it('says what does not fit', () => {
    expect(bridgeBetween(IMAGE, of({ modality: 'waveform', shape: [10] }))).toEqual({ reason: expect.stringContaining('waveform') });
    expect(bridgeBetween(IMAGE, of({ shape: [4, 4, 5] }))).toEqual({ reason: expect.stringContaining('channels') });
    expect(bridgeBetween(of({ modality: 'tensor', shape: [10] }), of({ modality: 'tensor', shape: [9] }))).toEqual({
      reason: expect.stringContaining('[9]'),
    });
  });
});
