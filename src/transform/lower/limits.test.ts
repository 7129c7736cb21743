/** Sizes that no picture or sound has are refused at once, with an error that names the operator. */
import { describe, expect, it } from 'vitest';
import { type Lowered, modelOf } from '../../../test/support/expect-lowering.ts';
import { loweredFrom } from '../../../test/support/expect-path.ts';
import { floats, int64s } from '../../onnx/tensor.ts';

const count = (value: number): ReturnType<typeof int64s> => int64s([value], []);
const hertz = (value: number): ReturnType<typeof floats> => floats([value], []);

describe.each([-5, 0, 2 ** 40, 2 ** 62])('a size of %d', (size) => {
  const cases: Lowered[] = [
    { op: 'HannWindow', opset: 17, inputs: [count(size === 0 ? -1 : size)] },
    { op: 'DFT', opset: 17, inputs: [[1, 8, 1], count(size)] },
    { op: 'STFT', opset: 17, inputs: [[1, 32, 1], count(size), undefined, count(8)] },
    { op: 'STFT', opset: 17, inputs: [[1, 32, 1], count(2), undefined, count(size)] },
    { op: 'MelWeightMatrix', opset: 17, inputs: [count(8), count(size), count(16000), hertz(0), hertz(8000)] },
    { op: 'AffineGrid', opset: 20, inputs: [[1, 2, 3], int64s([1, 1, size, 4])] },
    { op: 'Col2Im', opset: 18, inputs: [[1, 4, 4], int64s([size, 3]), int64s([2, 2])] },
  ];
  it.each(cases.map((spec) => [spec.op, spec] as const))('is refused by %s', async (_, spec) => {
    const shape = spec.inputs.find((given) => Array.isArray(given)) as readonly number[] | undefined;
    await expect(loweredFrom(modelOf(spec), shape ?? [])).rejects.toMatchObject({
      code: 'E_MODEL_SHAPE',
      message: expect.stringContaining(spec.op),
    });
  });
});
