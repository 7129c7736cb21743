/** Carries an error from one process to another: code, message, hint, stack and causes survive, other properties do not. */
import { ERROR_CODES, type ErrorCode, GibbonError } from '../base/errors.ts';

export interface WireError {
  code: ErrorCode;
  message: string;
  hint: string | undefined;
  stack: string | undefined;
  cause: WireError | undefined;
}

const MOST_CAUSES = 4;

/** Never throws, whatever was thrown. Anything but a GibbonError gets the code E_INTERNAL. */
export function encodeError(thrown: unknown, causesLeft = MOST_CAUSES): WireError {
  if (!(thrown instanceof Error))
    return { code: 'E_INTERNAL', message: describe(thrown), hint: undefined, stack: undefined, cause: undefined };
  // By name and not instanceof: a user's module may bring its own copy of the class.
  const ours = thrown.name === 'GibbonError';
  const { code, hint } = thrown as Partial<GibbonError>;
  const cause = thrown.cause === undefined || causesLeft === 0 ? undefined : encodeError(thrown.cause, causesLeft - 1);
  return {
    code: ours && isCode(code) ? code : 'E_INTERNAL',
    message: ours || thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`,
    hint: typeof hint === 'string' ? hint : undefined,
    stack: thrown.stack,
    cause,
  };
}

/** The error as it was thrown over there, its stack included. */
export function decodeError(wire: WireError): GibbonError {
  const error = new GibbonError(wire.code, wire.message, {
    ...(wire.hint !== undefined && { hint: wire.hint }),
    ...(wire.cause !== undefined && { cause: decodeError(wire.cause) }),
  });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'Something that cannot be printed was thrown.';
  }
}
