/** The photo networks by one command, as `test/conformance/models.test.ts` does it with the small ones. */
import { describe, it } from 'vitest';
import { absent, expectAudited, FIXTURES, fixture, PHOTOS } from '../support/fixture-models.ts';

describe(`photos${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it.skipIf(absent)('MobileNetV1', () =>
    expectAudited({
      model: 'imagenet/mobilenet_v1_0.25_128.w8.onnx',
      ...PHOTOS,
      n: 20,
      clean: 0.4,
      input: 'RGB, 3×128×128 (NCHW), values in [0, 1]',
    }),
  );

  it.skipIf(absent)('MobileNetV2', () =>
    expectAudited({
      model: 'imagenet/mobilenet_v2_1.0_224.w8.onnx',
      ...PHOTOS,
      args: [...PHOTOS.args, '--classes', fixture('imagenet/classes.json')],
      n: 20,
      clean: 0.8,
      input: 'RGB, 3×224×224 (NCHW), values in [0, 1]',
      named: 'espresso',
    }),
  );
});
