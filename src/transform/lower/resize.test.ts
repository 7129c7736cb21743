/** Resize against ONNX Runtime on random sizes; the rest of its modes stand in the table of lowerings. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLowering, modelOf } from '../../../test/support/expect-lowering.ts';
import { loweredFrom } from '../../../test/support/expect-path.ts';
import { randomResize } from '../../../test/support/lowerings/resized.ts';
import { str } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';

describe('Resize', () => {
  it.each(['nearest', 'linear'])('%s to billions of points is refused in no time', async (mode) => {
    const graph = modelOf({
      op: 'Resize',
      opset: 13,
      inputs: [[1, 1, 4], undefined, floats([1, 1, 1e9], [3])],
      attributes: { mode: str(mode) },
    });
    await expect(loweredFrom(graph, [1, 1, 4])).rejects.toMatchObject({ code: 'E_MODEL_SHAPE' });
  });
  it('reads where ONNX Runtime reads', () =>
    fc.assert(fc.asyncProperty(randomResize, expectLowering), { numRuns: 150, seed: 20260101, endOnFailure: true }));
});
