/** Every published property of the fixtures is read, and random points are held against the verdicts that all sound tools agree on. */
import { expect, it } from 'vitest';
import { counterexamples, FOLDERS, instancesOf, propertyOf } from '../support/properties.ts';

it('all properties of 2021 are read', () => {
  const counts = FOLDERS.map((folder) => {
    const all = instancesOf(folder);
    for (const instance of all) expect(propertyOf(instance).cases.length).toBeGreaterThan(0);
    return all.length;
  });
  expect(counts).toEqual([186, 72, 72, 90, 30, 60]);
});

it('ACAS Xu: 2 000 random points break only what is known to break', async () => {
  const hit = { sat: 0, unsat: 0 };
  for (const instance of instancesOf('acasxu')) {
    const found = await counterexamples(instance, 2000);
    if (found > 0) hit[instance.expected === 'sat' ? 'sat' : 'unsat']++;
  }
  console.log(`ACAS Xu: ${hit.sat} of 47 instances broken by random points, ${hit.unsat} of 139 that hold`);
  expect(hit.unsat).toBe(0);
  expect(hit.sat).toBeGreaterThan(20);
});
