/** Attacks that see labels only on random linear models, beside the closed form after 10 000 questions. Prints the figures. */
import { expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { attacked, closedForm, standing } from '../conformance/attacks-fixtures.ts';
import { each, ROWS } from '../support/linear.ts';

it.each([
  ['hop-skip-jump', 'l2', 50, 2],
  ['hop-skip-jump', 'linf', 50, 2],
  ['hop-skip-jump', 'l2', 50, undefined],
  ['hop-skip-jump', 'linf', 50, undefined],
  ['boundary', 'l2', 50, 2],
  ['boundary', 'l2', 50, undefined],
  ['rays', 'linf', 200, 2],
  ['rays', 'linf', 200, undefined],
] as const)('%s in %s, %d linear models of %s classes (two to ten where it is not said)', async (id, norm, models, classes) => {
  const ratios: number[] = [];
  await each(
    0,
    models,
    async ({ model, target, samples }) => {
      const proposals = await attacked(id, target, samples, { norm, epsilon: 0, params: { maxQueries: 10_000 } });
      expect(await standing(target, samples, proposals)).toBe(0);
      for (const [i, { candidate, queries }] of proposals.entries()) {
        const { x, label } = samples[i] as AttackSample;
        const moves = x.map((v, k) => (candidate?.[k] as number) - v);
        const found = norm === 'l2' ? Math.hypot(...moves) : Math.max(...moves.map(Math.abs));
        expect(queries).toBeLessThanOrEqual(10_000);
        ratios.push(found / closedForm(model, x, label, norm).distance);
      }
    },
    classes,
  );
  ratios.sort((a, b) => a - b);
  const beyond = ratios.filter((ratio) => ratio > 1.25).length;
  const median = ratios[(models * ROWS) / 2];
  process.stdout.write(
    `${id} ${norm}, ${classes ?? 'two to ten'} classes: ${ratios.length} rows, found / optimal median ${median?.toFixed(4)}, most ${ratios.at(-1)?.toFixed(4)}, ${beyond} beyond 1.25\n`,
  );
  expect(ratios[0]).toBeGreaterThan(0.999);
  expect(beyond).toBe(0);
});
