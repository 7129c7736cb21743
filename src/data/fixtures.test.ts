/** The readers on real data sets; skipped where the fixtures ($GIBBON_FIXTURES, default ../shared/fixtures) are absent. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CIFAR10_CLASSES } from './cifar-classes.ts';
import { classNamesFrom } from './class-names.ts';
import { matchLabels } from './match-labels.ts';
import { openDataset } from './open.ts';

const fixtures = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const at = (path: string): string => join(fixtures, path);
const absent = !existsSync(at('cifar10'));

describe.skipIf(absent)(`fixtures${absent ? ` (skipped: nothing at ${fixtures})` : ''}`, () => {
  it('CIFAR-10: the first labels, and pictures whose neighbouring pixels are alike', async () => {
    const data = await openDataset({ path: at('cifar10/cifar10_test_first300.bin') });
    expect(data).toMatchObject({ length: 300, labelNames: CIFAR10_CLASSES });
    expect([...(data.labels ?? [])].slice(0, 4)).toEqual([3, 8, 8, 0]);
    expect(matchLabels(data, undefined, 10).labels).toEqual(data.labels);
    expect(matchLabels(data, [...CIFAR10_CLASSES].reverse(), 10).labels[0]).toBe(6);
    // Neighbours of one channel are alike; in the file, plane by plane, the same stride of three skips two pixels instead.
    const samples = await data.read(Array.from({ length: 300 }, (_, i) => i));
    const roughness = (pixels: Float32Array): number =>
      pixels.subarray(3).reduce((sum, value, i) => sum + Math.abs(value - (pixels[i] as number)), 0);
    const planes = (pixels: Float32Array): Float32Array => pixels.map((_, i) => pixels[(i % 1024) * 3 + Math.floor(i / 1024)] as number);
    const total = (measure: (pixels: Float32Array) => number): number => samples.reduce((sum, sample) => sum + measure(sample.data), 0);
    expect(total(roughness)).toBeLessThan(total((pixels) => roughness(planes(pixels))));
  });

  it('GTSRB in the same layout: ten of each of 43 signs, as numbers', async () => {
    const data = await openDataset({ path: at('signs/gtsrb_test_430.bin') });
    expect(data).toMatchObject({ length: 430, labelNames: undefined });
    expect(new Set(data.labels).size).toBe(43);
    expect(matchLabels(data, undefined, 43).labels).toEqual(data.labels);
    expect(() => matchLabels(data, undefined, 42)).toThrow(expect.objectContaining({ code: 'E_LABELS_MISMATCH' }));
  });

  it('ImageNet photos in folders by class number', async () => {
    const data = await openDataset({ path: at('imagenet/labelled-20') });
    expect(data).toMatchObject({ modality: 'image', length: 20 });
    const { labels, how } = matchLabels(data, await classNamesFrom(at('imagenet/classes.json')), 1000);
    expect([labels[0], labels.at(-1)]).toEqual([22, 990]);
    expect(how).toContain('numbers');
    for (const { shape } of await data.read([0, 19])) expect(shape[2]).toBe(3);
  });

  it('photos without labels, BMP among them', async () => {
    const data = await openDataset({ path: at('imagenet/photos') });
    expect(data.labels).toBeUndefined();
    const samples = await data.read(Array.from({ length: data.length }, (_, i) => i));
    expect(samples.find(({ id }) => id === 'coral_cat.bmp')?.shape).toEqual([341, 512, 3]);
    expect(samples.find(({ id }) => id === 'camera.png')?.shape).toEqual([512, 512, 1]);
    expect(samples.every(({ data: values }) => values.every((value) => value >= 0 && value <= 1))).toBe(true);
  });

  it('stop signs: the folder name among the class names', async () => {
    const data = await openDataset({ path: at('signs/stop-signs-32px') });
    const { labels } = matchLabels(data, await classNamesFrom(at('signs/lisa_labels.json')), 18);
    expect(labels).toEqual(new Int32Array(40).fill(14));
  });

  it('speech commands: twelve folders, in the order of the model', async () => {
    const data = await openDataset({ path: at('audio/speech-commands-200') });
    expect(data).toMatchObject({ modality: 'waveform', length: 200 });
    const names = await classNamesFrom(at('audio/kws_classes.json'));
    const { labels } = matchLabels(data, names, 12);
    const samples = await data.read([0, 100, 199]);
    for (const sample of samples) {
      expect(sample).toMatchObject({ shape: [16000], sampleRate: 16000 });
      expect(names[labels[sample.index] as number]).toBe(sample.id.split('/')[0]);
    }
  });
});
