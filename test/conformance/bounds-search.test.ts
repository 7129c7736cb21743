/** Slopes that climb beside auto_LiRPA's, and branch and bound beside exact minima found by MILP (`fixtures/certify/oracle`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { robustness } from '../../src/certify/bounds/goal.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import { around, CERTIFY, fixtureNetwork, haveCertify, imageOf, margins, oracleOf } from '../support/bounds.ts';

interface Exact {
  readonly runs: readonly { readonly eps: number; readonly rows: readonly ExactRow[] }[];
}
interface ExactRow {
  readonly i: number;
  readonly label: number;
  readonly exact: readonly (number | null)[];
}

describe.skipIf(!haveCertify)('bounds that are searched for', () => {
  it('are as tight by climbing slopes as α-CROWN’s, in the mean over margins', { timeout: 60_000 }, async () => {
    const oracle = oracleOf('eran_mnist_6_100');
    const network = await fixtureNetwork(oracle.onnx);
    const [run] = oracle.runs.slice(1);
    let [ours, theirs, count] = [0, 0, 0];
    for (const row of run?.methods['alpha-CROWN']?.rows.slice(0, 3) ?? []) {
      const domain = around(network, imageOf(oracle.data, row.i), { eps: run?.eps ?? 0, norm: 'box', clip: oracle.box_clip });
      const { lower } = await margins(network, domain, row.margins.indexOf(null), 'alpha-crown');
      for (const [j, margin] of row.margins.entries()) {
        if (margin === null) continue;
        ours += lower[j] as number;
        theirs += margin;
        count++;
      }
    }
    expect(count).toBe(27);
    // "Not looser in the mean margin by more than 2 %".
    expect(ours).toBeGreaterThan(theirs - 0.02 * Math.abs(theirs));
    await network.release();
  });

  it('prove exactly what is true on a network with 40 neurons', { timeout: 60_000 }, async () => {
    const exact = JSON.parse(readFileSync(join(CERTIFY, 'oracle/exact_mnist_2_20.json'), 'utf8')) as Exact;
    const network = await fixtureNetwork('converted/mnist_2_20.onnx', 'float32');
    for (const run of exact.runs) {
      for (const row of run.rows) {
        const domain = around(network, imageOf('mnist', row.i), { eps: run.eps, norm: 'box', clip: [0, 1] });
        const goals = robustness(row.label, 10);
        const verdict = await escalate(network, domain, goals, { method: 'auto', budget: 2 });
        for (const goal of verdict.goals) {
          const least = row.exact[Number(goal.name)] as number;
          // A margin that rounding could swallow may be left open, and none is overstated.
          expect(goal.lower, `${run.eps} ${row.i} ${goal.name}`).toBeLessThanOrEqual(Math.max(least, 0) + 1e-6);
          if (least > 1e-3) expect(goal.lower, `${run.eps} ${row.i} ${goal.name}`).toBeGreaterThan(0);
        }
      }
    }
    await network.release();
  });
});
