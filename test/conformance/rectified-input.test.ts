/** Networks whose first operator is a rectifier of the input itself: every method bounds them, and branching splits the layers behind it. */
import { describe, expect, it } from 'vitest';
import { certificateOf, recheck } from '../../src/certify/claims/certificate.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { networkOf } from '../support/bounds.ts';

const domain = {
  ...{ batch: 1, norm: 'box' as const },
  lower: new Map([['x', Float32Array.of(-1, -1)]]),
  upper: new Map([['x', Float32Array.of(1, 1)]]),
};

/** y = relu(r₁ + r₂ − 0.3) − relu(r₁ − r₂ − 0.5) with r = relu(x) ≥ 0: never below 0, as the first argument exceeds the second; 0 where r = 0. */
async function network() {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 2]);
  const c = (values: number[], shape: number[]) => g.constant(floats(values, shape, 'float32'));
  const two = g.node('Relu', [g.add(g.matmul(g.node('Relu', [x]), c([1, 1, 1, -1], [2, 2])), c([-0.3, -0.5], [1, 2]))]);
  return networkOf(g.finish({ y: g.matmul(two, c([1, -1], [2, 1])) }), 'float32');
}

describe('a rectified input', () => {
  it.each([
    ['crown', -1.01],
    ['alpha-crown', -1.01],
    ['bab', -0.31],
    ['auto', -0.31],
  ] as const)('%s proves that its output exceeds %d, and not what is false', async (method, offset) => {
    const net = await network();
    const at = (limit: number) =>
      escalate(net, domain, [{ rows: Float32Array.of(1), offsets: Float32Array.of(limit) }], { method, budget: 5 });
    expect(await at(0.01)).toMatchObject({ isProved: false });
    const goals = [{ rows: Float32Array.of(1), offsets: Float32Array.of(offset) }];
    const verdict = await escalate(net, domain, goals, { method, budget: 5 });
    expect(verdict).toMatchObject({ isProved: true });
    const about = { preprocessing: {}, example: 0, x: '', label: 1, epsilon: 1 };
    const made = certificateOf(net, domain, verdict.proof ?? { goals, parts: [] }, { model: 'a hash', runtime: 'onnxruntime-node', about });
    expect(await recheck(net, made)).toMatchObject({ isProved: true });
    await net.release();
  });
});
