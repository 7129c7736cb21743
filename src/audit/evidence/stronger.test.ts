/** Verdicts on stronger attacks: without them they say so, and with them they decide by what these broke alone. */
import { describe, expect, it } from 'vitest';
import { attackOf } from '../../attacks/registry.ts';
import type { RanAttack } from '../ran.ts';
import type { Grounds } from './item.ts';
import { strongerItems } from './stronger.ts';

/** An attack that was tried on examples 0 to n − 1 and broke these. */
function tried(id: string, n: number, broken: readonly number[]): RanAttack {
  const items = Array.from({ length: n }, (_, index) => ({ index, label: 0 }));
  const replies = new Map(items.map(({ index }) => [index, { index, broken: broken.includes(index) }]));
  return { unit: attackOf(id), planned: { id, params: {} }, items, save: undefined, replies } as unknown as RanAttack;
}

interface Made {
  readonly ran?: readonly RanAttack[];
  readonly adaptive?: RanAttack;
  readonly standing: number;
}

function apgdItem({ ran = [], adaptive, standing }: Made) {
  const cross = { trials: adaptive ? { adaptive } : {}, correct: 100, standing, steadiness: [] };
  const grounds = { facts: { prepared: { masked: [], random: [] } }, ran: { ran, cross } } as unknown as Grounds;
  return strongerItems(grounds).find(({ id }) => id === 'apgd');
}

const firstOf = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('adaptive step sizes', () => {
  it('are undecided where they did not run, and pass where nothing was left to break', () => {
    expect(apgdItem({ standing: 100 })?.status).toBe('undecided');
    expect(apgdItem({ standing: 0 })?.status).toBe('pass');
  });

  it('warn where they break what nothing else broke, beyond luck and for all that was classified correctly', () => {
    expect(apgdItem({ adaptive: tried('apgd', 50, firstOf(20)), standing: 90 })).toMatchObject({
      status: 'warn',
      metrics: { apgd: { value: 0.4, n: 50 } },
    });
    expect(apgdItem({ adaptive: tried('apgd', 50, [3]), standing: 90 })?.status).toBe('pass');
    // The same of a model of which next to nothing withstood.
    expect(apgdItem({ adaptive: tried('apgd', 50, firstOf(20)), standing: 5 })?.status).toBe('pass');
  });

  it('pass where the others broke the same', () => {
    const ran = [tried('pgd', 50, firstOf(25))];
    expect(apgdItem({ ran, adaptive: tried('apgd', 50, firstOf(20)), standing: 90 })).toMatchObject({
      status: 'pass',
      metrics: { apgd: { value: 0 } },
    });
  });
});
