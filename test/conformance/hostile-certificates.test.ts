/** Certificates that are made to deceive: multipliers that overflow float32, and steps that are none. */
import { describe, expect, it } from 'vitest';
import { base64, type Certificate, recheck } from '../../src/certify/claims/certificate.ts';
import { readCertificate } from '../../src/certify/claims/read-certificate.ts';
import type { BoundNetwork } from '../../src/certify/graphs/network.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { networkOf } from '../support/bounds.ts';

const constant = (g: ReturnType<typeof newGraph>, value: number) => g.constant(floats([value], [1, 1], 'float32'));

/** y = 1 − max(0, max(0, 30·x) − 20), which is −9 at x = 1. */
function network() {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 1]);
  const one = g.node('Relu', [g.matmul(x, constant(g, 30))]);
  const two = g.node('Relu', [g.add(g.matmul(one, constant(g, 1)), constant(g, -20))]);
  return networkOf(g.finish({ y: g.add(g.matmul(two, constant(g, -1)), constant(g, 1)) }), 'float32');
}

const cutOf = (net: BoundNetwork): string => net.cuts.filter(({ ops }) => ops.includes('Relu')).at(-1)?.name as string;

/** That y > offset, by one split of the last rectifier and a multiplier on its upper side. */
function certificate(cut: string, multiplier: number, offset: number): Certificate {
  const leaf = (sign: 1 | -1, own: number) => ({
    goal: 0,
    splits: [{ cut, element: 0, sign }],
    slopes: {},
    multipliers: { [cut]: base64(Float32Array.of(own)) },
  });
  return {
    ...{ kind: 'gibbon certificate', version: 1, model: 'a hash', runtime: 'onnxruntime-node', arithmetic: 'float32' },
    about: { preprocessing: {}, example: 0, x: '', label: 1, epsilon: 1 },
    norm: 'box',
    lower: { x: base64(Float32Array.of(-1)) },
    upper: { x: base64(Float32Array.of(1)) },
    goals: [{ rows: base64(Float32Array.of(1)), offsets: base64(Float32Array.of(offset)) }],
    parts: [{ layers: 'crown', tightened: [], goals: [0], leaves: [leaf(1, multiplier), leaf(-1, 0)] }],
  };
}

describe('a certificate', () => {
  // The multiplier's product with the bias, 20β, overflows; what it takes elsewhere, 30β in all, does not, term by term.
  it.each([2e37, 1.8e37, 3e38, Number.POSITIVE_INFINITY])('does not hold what is false by a multiplier of %d', async (beta) => {
    const net = await network();
    expect(await recheck(net, certificate(cutOf(net), 0, -9.1))).toMatchObject({ isProved: true });
    expect(await recheck(net, certificate(cutOf(net), beta, 0))).toMatchObject({ isProved: false });
    await net.release();
  });

  it('gains nothing from steps that tighten no layer, nor from splits of what enters the network', async () => {
    const g = newGraph();
    const x = g.input('x', 'float32', [1, 1]);
    const two = g.node('Relu', [g.sub(g.node('Relu', [x]), constant(g, 0.5))]);
    const net = await networkOf(g.finish({ y: g.sub(constant(g, 0.5), two) }), 'float32');
    const steps = ['x', 'no such layer'].map((cut) => ({ cut, rounds: 1 }));
    const made = (cut: string, offset: number): Certificate => {
      const { parts, ...rest } = certificate(cut, 0, offset);
      return { ...rest, parts: parts.map((part) => ({ ...part, tightened: steps })) };
    };
    // y is no less than 0.
    expect(await recheck(net, made(cutOf(net), -0.1))).toMatchObject({ isProved: true });
    expect(await recheck(net, made(cutOf(net), 0.1))).toMatchObject({ isProved: false });
    expect(await recheck(net, made('x', -0.1))).toMatchObject({ isProved: false });
    const text = JSON.stringify(made(cutOf(net), -0.1));
    expect(readCertificate(text, 'x.cert.json')).toMatchObject({ parts: [{ tightened: steps }] });
    expect(() => readCertificate(text.replaceAll('"rounds":1', '"rounds":-5'), 'x.cert.json')).toThrow(/is no certificate/);
    await net.release();
  });
});
