/** What an attack may cost: the most questions and gradients per example that its parameters allow. */

import type { Most } from '../attacks/attack.ts';
import { mostOf } from '../attacks/most.ts';
import { attackOf } from '../attacks/registry.ts';
import type { Budget } from '../threat/epsilon.ts';
import type { Metric } from '../threat/metric.ts';
import type { PlannedAttack } from './presets.ts';

export interface Size {
  readonly classes: number;
  readonly norm: Metric;
  readonly epsilon: Pick<Budget, 'value'>;
  /** Numbers in a row: of a text, its longest length. */
  readonly numbers: number;
  /** Draws of random layers that gradients are means over; 1 when absent. */
  readonly draws?: number;
}

/** Printable characters, and none. */
const CHARACTERS = 96;

/** An upper bound: attacks end an example where it is broken, which on weak models is at once. */
export function costOf({ id, params }: Pick<PlannedAttack, 'id' | 'params'>, { classes, norm, epsilon, numbers, draws = 1 }: Size): Most {
  const unit = attackOf(id);
  const all = unit.params.parse(params) as Record<string, unknown>;
  // PGD's own numbers of steps, which depend on the norm.
  const steps = 'steps' in unit.params.shape && all.steps === undefined ? { steps: norm === 'linf' ? 40 : 50 } : {};
  const { queries, gradients, training } = mostOf(unit, { ...params, ...steps }, { classes, norm });
  const each = unit.knowledge === 'gradients' ? draws : 1;
  if (Number.isFinite(queries))
    return { queries: each * queries, gradients: each * gradients, ...(training !== undefined && { training }) };
  // Charmer: a probe of every place, then every character in some of them, for each edit.
  const positions = typeof all.positions === 'number' ? all.positions : 0;
  return { queries: epsilon.value * (2 * numbers + 1 + positions * CHARACTERS), gradients };
}
