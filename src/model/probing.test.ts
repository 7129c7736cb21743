/** Photos are decoded a few at a time, and only what the model sees of them is kept. */
import { describe, expect, it } from 'vitest';
import type { Dataset, Sample } from '../data/dataset.ts';
import { readingLeanly } from './probing.ts';
import { mapDecoded, type ResizeImage } from './rows.ts';

/** A data set of pictures of this many numbers each; notes the sizes of the groups that are read. */
function pictures(side: number): { dataset: Pick<Dataset, 'read'>; groups: number[] } {
  const groups: number[] = [];
  const data = new Float32Array(side * side * 3);
  const read = async (indices: readonly number[]): Promise<Sample[]> => {
    groups.push(indices.length);
    return indices.map((index) => ({ index, id: `${index}`, label: 0, shape: [side, side, 3], data }));
  };
  return { dataset: { read }, groups };
}

const all = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i);
const resize: ResizeImage = async (image, height, width, mode) =>
  new Float32Array(height * width * 3).fill(mode === 'crop' ? 1 : image.data.length);

describe('mapDecoded', () => {
  it('keeps the order, and reads small samples in large groups', async () => {
    const { dataset, groups } = pictures(4);
    expect(await mapDecoded(dataset, all(1200), async ({ index }) => index)).toEqual(all(1200));
    expect(groups).toEqual([1, 4, 16, 64, 256, 500, 359]);
  });

  it('reads photos in groups of 64 MB at most', async () => {
    const { dataset, groups } = pictures(1300);
    expect(await mapDecoded(dataset, all(9), async ({ index }) => index)).toEqual(all(9));
    expect(groups).toEqual([1, 3, 3, 2]);
  });

  it('reads nothing where nothing is asked for', async () => {
    expect(await mapDecoded(pictures(4).dataset, [], async () => 0)).toEqual([]);
  });
});

describe('readingLeanly', () => {
  it('keeps only the resized forms of pictures of another size', async () => {
    const { read, resize: again } = readingLeanly(pictures(20).dataset, resize, { height: 8, width: 8, modes: ['crop', 'stretch'] });
    const [sample] = (await read([5])) as [Sample];
    expect(sample).toMatchObject({ index: 5, shape: [20, 20, 3], data: new Float32Array(0) });
    expect(await again(sample, 8, 8, 'crop')).toEqual(new Float32Array(192).fill(1));
    expect(await again(sample, 8, 8, 'stretch')).toEqual(new Float32Array(192).fill(1200));
    await expect(again(sample, 9, 8, 'crop')).rejects.toMatchObject({ code: 'E_INTERNAL' });
  });

  it.each([{ height: 20, width: 20, modes: ['crop'] as const }, undefined])('keeps samples as they are for %j', async (size) => {
    const { read, resize: again } = readingLeanly(pictures(20).dataset, resize, size);
    const [sample] = (await read([5])) as [Sample];
    expect(sample.data).toHaveLength(1200);
    expect(await again(sample, 2, 2, 'stretch')).toEqual(new Float32Array(12).fill(1200));
  });
});
