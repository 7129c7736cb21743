/** What an attack may cost: the most questions and gradients per example that its parameters allow. */
import { attackOf } from '../attacks/registry.ts';
import type { Budget } from '../threat/epsilon.ts';
import type { Metric } from '../threat/metric.ts';
import type { PlannedAttack } from './presets.ts';

export interface Cost {
  readonly queries: number;
  readonly gradients: number;
}

export interface Size {
  readonly norm: Metric;
  readonly epsilon: Pick<Budget, 'value'>;
  /** Numbers in a row: of a text, its longest length. */
  readonly numbers: number;
}

/** Printable characters, and none. */
const CHARACTERS = 96;

/** An upper bound: attacks end an example where it is broken, which on weak models is at once. */
export function costOf({ id, params }: Pick<PlannedAttack, 'id' | 'params'>, { norm, epsilon, numbers }: Size): Cost {
  const unit = attackOf(id);
  const all = unit.params.parse(params) as Record<string, unknown>;
  const count = (name: string, otherwise: number): number => (typeof all[name] === 'number' ? (all[name] as number) : otherwise);
  if (unit.knowledge === 'gradients') {
    // PGD's own numbers of steps; an attack without steps takes one.
    const steps = 'steps' in unit.params.shape ? count('steps', norm === 'linf' ? 40 : 50) : 1;
    const each = steps * count('restarts', 1);
    return { queries: each, gradients: each };
  }
  if (unit.knowledge === 'nothing') return { queries: count('repeats', 1), gradients: 0 };
  // Charmer: a probe of every place, then every character in some of them, for each edit.
  const greedy = epsilon.value * (2 * numbers + 1 + count('positions', 0) * CHARACTERS);
  return { queries: count('maxQueries', greedy), gradients: 0 };
}
