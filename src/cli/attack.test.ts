/** Every parameter of every attack is a flag of its own: none is swallowed by another command's, nor stands twice. */
import { expect, it } from 'vitest';
import { ATTACKS } from '../attacks/registry.ts';
import { attackCommand } from './attack.ts';

it.each(ATTACKS.map(({ id }) => id))('%s', (id) => {
  const own = attackCommand({ signal: new AbortController().signal, command: '' }).commands.find((one) => one.name() === id);
  const flags = (own?.options ?? []).map(({ long }) => long);
  expect(flags.length).toBeGreaterThan(10);
  expect(flags.filter((flag, i) => flags.indexOf(flag) < i)).toEqual([]);
  // The program's own, which commander reads wherever they stand.
  expect(flags.filter((flag) => flag === '--version' || flag === '--help')).toEqual([]);
});
