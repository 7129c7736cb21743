/** Questions until an example fell, by hand. */
import { expect, it } from 'vitest';
import { spentOn } from './spending.ts';
import type { AttackReply } from './subject.ts';
import { toSuccess } from './to-success.ts';

const reply = (index: number, broken: boolean, queries: number, firstSuccess?: number): AttackReply => ({
  index,
  broken,
  label: 0,
  confidence: 1,
  distances: null,
  broken8bit: null,
  queries,
  gradients: 0,
  ...(firstSuccess !== undefined && { firstSuccess }),
});

it('counts broken examples only, up to their first success; the median counts failures as infinite', () => {
  const replies = [reply(0, true, 90, 7), reply(1, false, 5), reply(2, true, 3), reply(3, true, 40)];
  expect(toSuccess({ knowledge: 'scores' }, replies)).toEqual({ toSuccess: { queries: [3, 7, 40], median: 23.5 } });
  expect(toSuccess({ knowledge: 'labels' }, [...replies, reply(4, false, 1), reply(5, false, 1)]).toSuccess?.median).toBeNull();
});

it('says nothing of attacks that take gradients, of noise, and of nothing', () => {
  expect([
    toSuccess({ knowledge: 'gradients' }, [reply(0, true, 1)]),
    toSuccess({ knowledge: 'nothing' }, [reply(0, true, 1)]),
    toSuccess({ knowledge: 'scores' }, []),
  ]).toEqual([{}, {}, {}]);
});

it('what was asked once for all would have been asked for each alone', () => {
  const replies = [
    { ...reply(0, true, 0), training: 600 },
    { ...reply(1, true, 3), training: 600 },
    { ...reply(2, false, 0), training: 600 },
  ];
  expect(toSuccess({ knowledge: 'labels' }, replies)).toEqual({ toSuccess: { queries: [600, 603], median: 603 } });
  expect(spentOn(replies)).toEqual({ queries: 603, gradients: 0 });
});
