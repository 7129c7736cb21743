/** A contradicted certificate is never hidden. */
import { GibbonError } from '../../base/errors.ts';
import type { Contradiction } from './order.ts';

/** @throws GibbonError E_CONTRADICTION where the untouched model contradicts a certificate */
export function assertUncontradicted(found: readonly (Omit<Contradiction, 'epsilon'> & { readonly index: number })[]): void {
  const [first] = found;
  if (!first) return;
  const kept = first.file === null ? '' : ` The case is kept in ${first.file}.`;
  throw new GibbonError(
    'E_CONTRADICTION',
    `${found.length === 1 ? 'a certificate is' : `${found.length} certificates are`} contradicted: within the certified set of example ${first.index} ${told(first)}.${kept}`,
    { hint: 'This is a bug of Gibbon: do not rely on any certificate of this run, and please report the case.' },
  );
}

const told = ({ answered, escaped }: Pick<Contradiction, 'answered' | 'escaped'>): string =>
  escaped
    ? `a value (${escaped.where}) lies ${escaped.by.toPrecision(2)} outside of what is proved of it`
    : `the model answers class ${answered}`;
