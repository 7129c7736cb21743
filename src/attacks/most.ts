/** What an attack on an example may cost: the most questions and gradients that its parameters allow. */
import type { Metric } from '../threat/metric.ts';
import type { Attack, Most } from './attack.ts';

/** Counted from its steps, restarts, repeats or questions, unless the attack knows better. */
export function mostOf(
  unit: Attack,
  params: Readonly<Record<string, unknown>>,
  { classes, norm }: { readonly classes: number; readonly norm: Metric },
): Most {
  const all = unit.params.parse(params) as Record<string, unknown>;
  if (unit.most) return unit.most(all, classes, norm);
  const count = (name: string, otherwise: number): number => (typeof all[name] === 'number' ? (all[name] as number) : otherwise);
  if (unit.knowledge === 'gradients') {
    const each = count('steps', 1) * count('restarts', 1);
    return { queries: each, gradients: each };
  }
  if (unit.knowledge === 'nothing') return { queries: count('repeats', 1), gradients: 0 };
  return { queries: count('maxQueries', Number.POSITIVE_INFINITY), gradients: 0 };
}
