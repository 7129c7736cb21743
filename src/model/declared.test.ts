/** preprocessor_config.json of well-known processors, against what they compute: (pixel · rescale − mean)/std, and where they cut. */
import { describe, expect, it } from 'vitest';
import { declared, declaredSize } from './declared.ts';

const RGB = { layout: 'NCHW', channels: 'rgb', shape: [3, 224, 224] } as const;
const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };

/** What the processor makes of a pixel of 0 to 255. */
function processed(config: Record<string, unknown>, pixel: number, channel: number): number {
  const { rescale_factor: factor = 1 / 255, do_rescale: rescale = true, do_normalize: normalize = true } = config;
  const value = rescale === true ? pixel * Number(factor) : pixel;
  if (normalize !== true) return value;
  const [mean, std] = [config.image_mean, config.image_std].map((list) => (list as number[])[channel] as number);
  return (value - (mean as number)) / (std as number);
}

describe('values', () => {
  it.each([
    ['ImageNet', { ...IMAGENET }],
    ['[-1, 1]', { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], rescale_factor: 0.00392156862745098 }],
    ['EfficientNet-like, rescaled by 1/127.5', { ...IMAGENET, rescale_factor: 1 / 127.5 }],
    ['no normalisation', { ...IMAGENET, do_normalize: false }],
    ['no rescaling', { ...IMAGENET, do_rescale: false }],
    ['raw pixels', { do_normalize: false, do_rescale: false }],
  ])('%s', (_, config) => {
    const p = declared(config, RGB);
    for (const pixel of [0, 1, 127, 255]) {
      for (const channel of [0, 1, 2]) {
        const at = (values: readonly number[] = []): number => (values.length === 1 ? values[0] : values[channel]) as number;
        expect((pixel / 255 - at(p?.mean)) / at(p?.std)).toBeCloseTo(processed(config, pixel, channel), 4);
      }
    }
  });

  it('does not fit a model of other channels, or numbers that are none', () => {
    expect(declared(IMAGENET, { layout: 'NCHW', channels: 'grayscale', shape: [1, 28, 28] })).toBeUndefined();
    expect(declared({ ...IMAGENET, image_std: [0, 1, 1] }, RGB)).toBeUndefined();
    expect(declared({ ...IMAGENET, image_mean: 'x' }, RGB)).toBeUndefined();
    expect(declared({ ...IMAGENET, image_mean: [0.5] }, RGB)?.mean).toEqual([0.5, 0.5, 0.5]);
  });

  it('turns the channels where the processor does', () => {
    expect(declared({ ...IMAGENET, do_flip_channel_order: true }, RGB)?.channels).toBe('bgr');
  });
});

describe('sizes', () => {
  it.each([
    ['ViT', { size: { height: 224, width: 224 }, resample: 2 }, 'stretch 1 linear', [224, 224]],
    ['ViT of old', { size: 224, resample: 2 }, 'stretch 1 linear', [224, 224]],
    [
      'ResNet, DeiT',
      { size: { shortest_edge: 256 }, do_center_crop: true, crop_size: { height: 224, width: 224 }, resample: 3 },
      'crop 0.875 cubic',
      [224, 224],
    ],
    ['CLIP', { size: { shortest_edge: 224 }, do_center_crop: true, crop_size: 224, resample: 3 }, 'crop 1 cubic', [224, 224]],
    [
      'DeiT of old',
      { size: { height: 256, width: 256 }, do_center_crop: true, crop_size: 224, resample: 3 },
      'stretch 0.875 cubic',
      [224, 224],
    ],
    ['ConvNeXT 224', { size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3 }, 'crop 0.875 cubic', [224, 224]],
    ['ConvNeXT 384', { size: { shortest_edge: 384 }, crop_pct: 0.875, resample: 3 }, 'stretch 1 cubic', [384, 384]],
    ['Lanczos', { size: { height: 64, width: 32 }, resample: 1 }, 'stretch 1 lanczos3', [64, 32]],
  ])('%s', (_, config, way, size) => {
    expect(declared({ ...IMAGENET, ...config }, RGB)?.resize).toBe(way);
    expect(declaredSize(config)).toEqual(size);
  });
});
