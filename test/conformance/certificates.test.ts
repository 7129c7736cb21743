/** Certificates as files: they are checked again without a search, and what was tampered with is refused. */
import { describe, expect, it } from 'vitest';
import { robustness } from '../../src/certify/bounds/goal.ts';
import { type Certificate, certificateOf, recheck } from '../../src/certify/claims/certificate.ts';
import { readCertificate } from '../../src/certify/claims/read-certificate.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import { around, fixtureNetwork, haveCertify, imageOf } from '../support/bounds.ts';

const subject = { model: 'a hash', runtime: 'onnxruntime-node', about: { preprocessing: {}, example: 2, x: '', label: 1, epsilon: 0.18 } };

describe.skipIf(!haveCertify)('a certificate', () => {
  it('of branch and bound holds leaf by leaf, and not without one of them, for another set or for another class', {
    timeout: 60_000,
  }, async () => {
    const network = await fixtureNetwork('converted/mnist_2_20.onnx', 'float32');
    // Nine goals: five are proved by CROWN-IBP, the others by fourteen leaves.
    const domain = around(network, imageOf('mnist', 2), { eps: 0.18, norm: 'box', clip: [0, 1] });
    const goals = robustness(1, 10);
    const verdict = await escalate(network, domain, goals, { method: 'auto', budget: 20 });
    expect(verdict).toMatchObject({ isProved: true, method: 'bab' });
    const made = certificateOf(network, domain, verdict.proof ?? { goals, parts: [] }, subject);
    const read = readCertificate(JSON.stringify(made), 'x.cert.json') as Certificate;
    expect(await recheck(network, read)).toMatchObject({ isProved: true, failures: [] });

    const split = read.parts.findIndex(({ leaves }) => leaves?.some(({ splits }) => splits.length > 0));
    const without: Certificate = {
      ...read,
      parts: read.parts.map((part, i) => (i === split ? { ...part, leaves: part.leaves?.slice(1) } : part)),
    };
    expect(await recheck(network, without)).toMatchObject({ isProved: false });
    const wider = around(network, imageOf('mnist', 2), { eps: 0.3, norm: 'box', clip: [0, 1] });
    const other = certificateOf(network, wider, verdict.proof ?? { goals, parts: [] }, subject);
    expect(await recheck(network, other)).toMatchObject({ isProved: false });
    const claimed = certificateOf(network, domain, { goals: robustness(3, 10), parts: [] }, subject);
    expect(await recheck(network, { ...read, goals: claimed.goals })).toMatchObject({ isProved: false });
    await network.release();
  });

  it('that is none is refused', () => {
    expect(() => readCertificate('{}', 'x.cert.json')).toThrow(/x\.cert\.json is no certificate/);
    expect(() => readCertificate('no json', 'x.cert.json')).toThrow(/is no certificate/);
  });
});
