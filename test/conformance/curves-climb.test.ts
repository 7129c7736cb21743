/** Slopes of curves climb like those of rectifiers: bounds of networks with sigmoid, tanh and softplus are raised, cut off no sample, and are checked again from a file. */
import { describe, expect, it } from 'vitest';
import { layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import type { Domain } from '../../src/certify/bounds/domain.ts';
import { type Certificate, certificateOf, recheck } from '../../src/certify/claims/certificate.ts';
import { readCertificate } from '../../src/certify/claims/read-certificate.ts';
import type { BoundNetwork } from '../../src/certify/graphs/network.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { around, fixtureNetwork, haveCertify, imageOf } from '../support/bounds.ts';

const SAMPLES = 256;

/** The least that each row has at samples of the box, its corners included. */
async function leastAt(network: BoundNetwork, { lower, upper }: Domain, rows: Float32Array, count: number): Promise<number[]> {
  const [{ name, shape }] = network.inputs as [BoundNetwork['inputs'][number]];
  const rng = keyedRng(4, 'samples of a box');
  const [low, high] = [lower.get(name) as Float32Array, upper.get(name) as Float32Array];
  const least = Array.from({ length: count }, () => Number.POSITIVE_INFINITY);
  const session = await network.watch(1, count);
  const open = Object.fromEntries(
    network.cuts.flatMap(({ name: cut, size }) =>
      [['l', Number.NEGATIVE_INFINITY] as const, ['u', Number.POSITIVE_INFINITY] as const].map(([side, end]) => [
        `${side}:${cut}`,
        { type: 'float32' as const, shape: [1, size], data: new Float32Array(size).fill(end) },
      ]),
    ),
  );
  const feeds = { ...open, rows: { type: 'float32' as const, shape: [count, network.outputs], data: rows } };
  const asked = Object.fromEntries(Object.entries(feeds).filter(([key]) => session.inputNames.includes(key)));
  for (let i = 0; i < SAMPLES; i++) {
    const at = (): number => (i % 2 === 0 ? Math.round(rng.uniform()) : rng.uniform());
    const data = low.map((value, k) => value + at() * ((high[k] as number) - value));
    const found = (await session.run({ ...asked, [name]: { type: 'float32', shape, data } })).least?.data as Float32Array;
    for (const [r, value] of found.entries()) least[r] = Math.min(least[r] as number, value);
  }
  return least;
}

describe.skipIf(!haveCertify)('climbing slopes of curves', () => {
  it.each([
    ['unit/fc_sigmoid.onnx', 0.3],
    ['unit/fc_tanh.onnx', 0.3],
    ['unit/conv_tanh.onnx', 0.2],
    ['unit/fc_softplus.onnx', 0.3],
    ['marabou/mnist2x5_sigmoid.onnx', 0.02],
  ])('%s', async (file, eps) => {
    const network = await fixtureNetwork(file);
    const [{ shape }] = network.inputs as [BoundNetwork['inputs'][number]];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const rng = keyedRng(1, file);
    const x = size === 784 ? imageOf('mnist', 1) : Float32Array.from({ length: size }, () => rng.uniform());
    const domain = around(network, x, { eps, norm: 'box' });
    const bounds = await layerBounds(network, domain, 'crown');
    const count = 2 * network.outputs;
    const data = Float32Array.from({ length: count * network.outputs }, () => 2 * rng.uniform() - 1);
    const plain = await rowBounds(network, domain, bounds, { count, data }, 'crown');
    const climbed = await rowBounds(network, domain, bounds, { count, data }, 'alpha-crown');
    const least = await leastAt(network, domain, data, count);
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(climbed.lower)).toBeGreaterThan(mean(plain.lower));
    // Bounds over the real numbers; the network's own sums round.
    for (const [r, value] of climbed.lower.entries())
      expect(value).toBeLessThanOrEqual((least[r] as number) + 1e-5 * Math.max(1, Math.abs(least[r] as number)));
    await network.release();
  });

  it('prove what CROWN does not, in certificates that hold when they are checked again', async () => {
    const network = await fixtureNetwork('unit/conv_tanh.onnx', 'float32');
    const rng = keyedRng(2, 'rows between');
    const [{ shape }] = network.inputs as [BoundNetwork['inputs'][number]];
    const x = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, () => rng.uniform());
    const domain = around(network, x, { eps: 0.3, norm: 'box' });
    const rows = Float32Array.from({ length: network.outputs }, () => 2 * rng.uniform() - 1);
    const lowest = async (method: 'ibp' | 'crown' | 'alpha-crown'): Promise<number> => {
      const bounds = await layerBounds(network, domain, method);
      const { lower, error } = await rowBounds(network, domain, bounds, { count: 1, data: rows }, method);
      return (lower[0] as number) - (error[0] as number);
    };
    const [plain, climbed] = [Math.max(await lowest('ibp'), await lowest('crown')), await lowest('alpha-crown')];
    expect(climbed).toBeGreaterThan(plain + 1e-3);
    // Just below the better one: true, and beyond CROWN.
    const goals = [{ rows, offsets: Float32Array.of(climbed - 0.1 * (climbed - plain)), name: '0' }];
    const verdict = await escalate(network, domain, goals, { method: 'auto', budget: 60 });
    expect(verdict).toMatchObject({ isProved: true, method: 'alpha-crown' });
    const subject = {
      model: 'a hash',
      runtime: 'onnxruntime-node',
      about: { preprocessing: {}, example: 0, x: '', label: 0, epsilon: 0.3 },
    };
    const made = certificateOf(network, domain, verdict.proof ?? { goals, parts: [] }, subject);
    const read = readCertificate(JSON.stringify(made), 'x.cert.json') as Certificate;
    expect(await recheck(network, read)).toMatchObject({ isProved: true, failures: [] });
    // Without the points that were found, tangents touch where they do by default.
    const parts = read.parts.map((part) => ({
      ...part,
      ...(part.leaves && { leaves: part.leaves.map((leaf) => ({ ...leaf, slopes: {} })) }),
    }));
    expect(await recheck(network, { ...read, parts })).toMatchObject({ isProved: false });
    await network.release();
  });
});
