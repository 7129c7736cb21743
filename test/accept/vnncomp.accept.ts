/**
 * Instance lists of VNN-COMP 2021 beside the competition's consensus: no verdict may contradict it. Seconds for each instance: GIBBON_VNNCOMP_SECONDS (116);
 * every so manieth instance: GIBBON_VNNCOMP_EVERY (1).
 */
import { describe, expect, it } from 'vitest';
import { haveCertify } from '../support/bounds.ts';
import { decided, instancesOf } from '../support/vnncomp.ts';

const SETS = ['acasxu', 'mnistfc', 'eran', 'verivital', 'oval21', 'cifar10_resnet'];
const seconds = Number(process.env.GIBBON_VNNCOMP_SECONDS ?? 116);
const every = Number(process.env.GIBBON_VNNCOMP_EVERY ?? 1);

describe.skipIf(!haveCertify)('VNN-COMP 2021', () => {
  it.each(SETS)('%s', { timeout: 200 * (seconds + 60) * 1000 }, async (set) => {
    const counts = { sat: 0, unsat: 0, unknown: 0, timeout: 0 };
    const wrong: string[] = [];
    let [solved, beyond] = [0, 0];
    for (const [i, instance] of instancesOf(set).entries()) {
      if (i % every !== 0) continue;
      const { result, by, seconds: took } = await decided(set, instance, seconds);
      counts[result.status]++;
      console.log(`${set} ${i} ${result.status} (${instance.expected ?? 'open'}) ${by} ${took.toFixed(1)} s`);
      if (result.status !== 'sat' && result.status !== 'unsat') continue;
      if (instance.expected === null || instance.expected === undefined) beyond++;
      else if (instance.expected === result.status) solved++;
      else wrong.push(`${instance.onnx} ${instance.vnnlib}: ${result.status}, the competition says ${instance.expected}`);
    }
    const known = instancesOf(set).filter((instance, i) => i % every === 0 && instance.expected).length;
    console.log(
      `${set}: ${solved} of ${known} decided as the competition did, ${beyond} beyond it; ${JSON.stringify(counts)}; wrong ${wrong.length}`,
    );
    expect(wrong).toEqual([]);
  });
});
