/** Stand-ins that help, that do harm, and that make no difference, by hand. */
import { expect, it } from 'vitest';
import { attackOf } from '../../attacks/registry.ts';
import type { RanAttack } from '../ran.ts';
import type { Item } from './item.ts';
import { ownStandIns } from './own-stand-ins.ts';

const N = 20;

function ran(broke: readonly number[]): RanAttack {
  const items = Array.from({ length: N }, (_, index) => ({ index, label: 0 }));
  const none = { label: 0, confidence: 1, distances: null, broken8bit: null, queries: 1, gradients: 0 };
  const replies = new Map(items.map(({ index }) => [index, { index, broken: broke.includes(index), ...none }]));
  return { unit: attackOf('pgd'), planned: { id: 'pgd', params: {} }, items, save: undefined, replies };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function item(through: readonly number[], bare: readonly number[] | undefined, exact = false): Item | undefined {
  const gradients = { standIns: [{ from: 'x', to: 'y' }], exact };
  const balls = [0.5, 1].map((factor) => ({ factor, ran: ran(factor === 1 ? through : upTo(N)) }));
  return ownStandIns({ facts: { options: { gradients } }, scrutiny: { balls, bare: bare && ran(bare) } })[0];
}

it('help where more falls with them', () => {
  const one = item(upTo(12), upTo(3));
  expect(one?.status).toBe('pass');
  expect(one?.text).toContain('They help: 9 fell with it alone, 0 without it alone');
  expect([one?.metrics?.throughStandIns?.value, one?.metrics?.withoutStandIns?.value]).toEqual([0.6, 0.15]);
});

// Of five that fell without them alone none the other way round: 1 in 32, and six are 1 in 64.
it.each([
  [5, 'pass', 'That they do harm is not shown'],
  [6, 'fail', 'They lead attacks astray'],
])('%d fell without them alone: %s', (count, status, text) => {
  const one = item([19], [...upTo(count), 19]);
  expect(one?.status).toBe(status);
  expect(one?.text).toContain(text);
});

it('say so where nothing tells them apart', () => expect(item([1], [1])?.text).toContain('They make no difference'));

it('are not spoken of where none were followed', () => {
  expect(item([1], undefined)).toBeUndefined();
  expect(item([1], [1], true)).toBeUndefined();
});
