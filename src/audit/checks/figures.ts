/** Which figures a check can have: what it declares, with `*` for the names that only data or parameters know. */
import { similar } from '../../base/similar.ts';
import type { Check } from './check.ts';

type Declaring = Pick<Check, 'figures'>;

export function canHave({ figures }: Declaring, name: string): boolean {
  return figures.some((declared) => patternOf(declared).test(name));
}

/** The figure that was probably meant. */
export function meantFigure({ figures }: Declaring, name: string): string | undefined {
  return similar(
    name,
    figures.filter((declared) => !declared.includes('*')),
  );
}

function patternOf(declared: string): RegExp {
  const parts = declared.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}
