/** The one error type of Gibbon, and the table of its codes. */

/** Every code, with the exit code that the command line turns it into (DESIGN: 2 for what the user can mend, 70 for a bug). */
export const ERROR_CODES = {
  E_USAGE: 2,
  E_CONFIG: 2,
  E_FILE_NOT_FOUND: 2,
  E_FILE_CHANGED: 2,
  E_OUTPUT_UNWRITABLE: 2,
  E_MODEL_UNREADABLE: 2,
  E_MODEL_UNSUPPORTED: 2,
  E_MODEL_SHAPE: 2,
  E_MODEL_LOAD: 2,
  E_OPERATOR_UNSUPPORTED: 2,
  E_DATA_UNREADABLE: 2,
  E_DATA_EMPTY: 2,
  E_DATA_SHAPE: 2,
  E_DATA_VALUES: 2,
  E_PROPERTY_UNREADABLE: 2,
  E_PROPERTY_UNSUPPORTED: 2,
  E_LABELS_MISSING: 2,
  E_LABELS_MISMATCH: 2,
  E_GROUPS_MISMATCH: 2,
  E_PREPROCESSING_UNCLEAR: 2,
  E_REMOTE_GONE: 2,
  E_REMOTE_REFUSED: 2,
  E_REMOTE_ANSWER: 2,
  E_BUDGET: 3,
  E_NOT_APPLICABLE: 3,
  E_WORKER_DIED: 70,
  E_WORKER_HUNG: 70,
  E_CONTRADICTION: 70,
  E_INTERNAL: 70,
  E_ABORTED: 130,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error with a stable code, a message for a person, and a hint that says what to do next. */
export class GibbonError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GibbonError';
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }
}

/** Wraps whatever was thrown as a GibbonError: a GibbonError stays as it is, anything else becomes `fallback`. */
export function toGibbonError(thrown: unknown, fallback: ErrorCode = 'E_INTERNAL'): GibbonError {
  if (thrown instanceof GibbonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new GibbonError(fallback, message, { cause: thrown });
}
