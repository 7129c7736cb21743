/** What varies may be what is added to a product of constants. No bounds are known of that, and wrong ones would leave the product out. */
import { expect, it } from 'vitest';
import { layerBounds } from '../../src/certify/bounds/crown.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { networkOf } from '../support/bounds.ts';

it.each(['ibp', 'crown'] as const)('−5 · 2 + x is refused by %s', async (method) => {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 1]);
  const constant = (value: number) => g.constant(floats([value], [1, 1], 'float32'));
  const net = await networkOf(g.finish({ y: g.node('Gemm', [constant(-5), constant(2), x]) }), 'float32');
  const set = {
    batch: 1,
    norm: 'box' as const,
    lower: new Map([['x', Float32Array.of(0.5)]]),
    upper: new Map([['x', Float32Array.of(1)]]),
  };
  await expect(layerBounds(net, set, method)).rejects.toMatchObject({ code: 'E_OPERATOR_UNSUPPORTED' });
});
