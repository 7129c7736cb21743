import { expect, it } from 'vitest';
import { similar } from './similar.ts';

it.each([
  ['knowlege', 'knowledge'],
  ['evasoin', 'evasion'],
  ['Evasion', 'evasion'],
  ['transfr', 'transfer'],
  ['xyz', undefined],
  ['', undefined],
])('%s is %s', (given, meant) => {
  expect(similar(given, ['goal', 'knowledge', 'evasion', 'transfer', 'access'])).toBe(meant);
});
