/** All rows of exact_*.json: exact minima and triangle relaxations, against SciPy's and the network itself. */
import { expect, it } from 'vitest';
import { type Compared, compared, expectExact, ORACLES } from '../support/exact-minima.ts';

it.each(ORACLES)('%s', async (name) => {
  const rows: Compared[] = [];
  const start = performance.now();
  for await (const row of compared(name, () => true)) {
    expectExact(row);
    rows.push(row);
  }
  const off = rows.map(({ exact, oracle }) => oracle.exact - exact.value);
  const robust = new Map<string, number>();
  for (const { eps, image, exact } of rows)
    robust.set(`${eps} ${image}`, Math.min(robust.get(`${eps} ${image}`) ?? Number.POSITIVE_INFINITY, exact.bound));
  const counts = [0.01, 0.03, 0.05].map((eps) => [...robust].filter(([key, least]) => key.startsWith(`${eps} `) && least > 0).length);
  console.log(
    `${name}: ${rows.length} rows in ${((performance.now() - start) / 1000).toFixed(0)} s, within 1e-5 of SciPy: ${off.filter((one) => Math.abs(one) <= 1e-5).length}, ` +
      `below it by at most ${Math.max(...off).toExponential(1)}; robust of 10 at 0.01, 0.03, 0.05: ${counts.join(', ')}`,
  );
  expect(rows).toHaveLength(270);
  expect(counts).toEqual({ exact_mnist_2_20: [8, 7, 7], exact_marabou_mnist2x10: [9, 2, 1] }[name]);
});
