/** Stopping on request: an AbortSignal runs through everything that takes long. */
import { GibbonError } from './errors.ts';

/** @throws GibbonError E_ABORTED, with the signal's reason as its cause */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new GibbonError('E_ABORTED', 'Stopped on request.', { cause: signal.reason });
}

/** A signal that aborts as soon as one of the given ones does; undefined if there is none to wait for. */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
