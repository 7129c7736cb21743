/** Says on stderr what went wrong. */
import pc from 'picocolors';
import type { GibbonError } from '../base/errors.ts';
import { hasColor } from './environment.ts';
import { safe } from './safe.ts';

/** One message, one hint, no stack unless it is a bug. */
export function tellError(error: GibbonError): void {
  const stderr = pc.createColors(hasColor(process.stderr));
  process.stderr.write(`${stderr.red('error')} ${safe(error.message)} ${stderr.dim(`[${error.code}]`)}\n`);
  if (error.hint) process.stderr.write(`${safe(error.hint)}\n`);
  if (error.code === 'E_INTERNAL')
    process.stderr.write(
      `${stderr.dim(error.cause instanceof Error ? (error.cause.stack ?? '') : (error.stack ?? ''))}\nThis is a bug in Gibbon. Please report it with the command.\n`,
    );
}
