/** Bounds beside auto_LiRPA's on the same networks and images (`fixtures/certify/oracle`). */
import { describe, expect, it } from 'vitest';
import { around, fixtureNetwork, haveCertify, imageOf, margins, oracleOf } from '../support/bounds.ts';

/** Networks, and how many images of each: all of them stand in `bounds.accept.ts`. */
const QUICK = [
  ['mnist_2_20', 20],
  ['eran_mnist_6_100', 4],
  ['mnist_a_adv', 2],
] as const;

/** Of a bound, or of 1 where that is larger: both sides compute in float32. */
const TOLERANCE = 1e-4;

describe.skipIf(!haveCertify)('bounds beside auto_LiRPA', () => {
  it.each(QUICK)('%s, %i images', { timeout: 60_000 }, async (name, count) => {
    const oracle = oracleOf(name);
    const network = await fixtureNetwork(oracle.onnx);
    for (const run of oracle.runs) {
      for (const [method, stored] of [
        ['ibp', 'IBP'],
        ['crown-ibp', 'CROWN-IBP'],
        ['crown', 'CROWN'],
      ] as const) {
        for (const row of run.methods[stored]?.rows.slice(0, count) ?? []) {
          const domain = around(network, imageOf(oracle.data, row.i), { eps: run.eps, norm: 'box', clip: oracle.box_clip });
          const { lower } = await margins(network, domain, row.margins.indexOf(null), method);
          for (const [j, margin] of row.margins.entries()) {
            if (margin === null) continue;
            const scale = TOLERANCE * Math.max(1, Math.abs(margin));
            expect(lower[j], `${run.eps} ${method} ${row.i} ${j}`).toBeGreaterThan(margin - scale);
            // CROWN's layers are also intersected with intervals of layers that are already tighter, so it may end above.
            if (method !== 'crown') expect(lower[j]).toBeLessThan(margin + scale);
          }
        }
      }
    }
    await network.release();
  });
});
