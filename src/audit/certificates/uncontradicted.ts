/** A contradicted certificate is never hidden. */
import { GibbonError } from '../../base/errors.ts';

/** @throws GibbonError E_CONTRADICTION where the untouched model contradicts a certificate */
export function assertUncontradicted(
  found: readonly { readonly index: number; readonly answered: number; readonly file: string | null }[],
): void {
  const [first] = found;
  if (!first) return;
  const kept = first.file === null ? '' : ` The case is kept in ${first.file}.`;
  throw new GibbonError(
    'E_CONTRADICTION',
    `${found.length === 1 ? 'a certificate is' : `${found.length} certificates are`} contradicted: within the certified set of example ${first.index} the model answers class ${first.answered}.${kept}`,
    { hint: 'This is a bug of Gibbon: do not rely on any certificate of this run, and please report the case.' },
  );
}
