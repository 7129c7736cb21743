/** What fails in one part of an audit is noted, and the other parts go on; what is no fault of that part ends the audit. */
import { type ErrorCode, GibbonError, toGibbonError } from '../base/errors.ts';

/** A part of the audit that failed while others went on. */
export interface Failure {
  readonly what: string;
  /** A worker died of it, or hung. */
  readonly fatal: boolean;
  readonly error: GibbonError;
}

const FATAL: readonly ErrorCode[] = ['E_WORKER_DIED', 'E_WORKER_HUNG'];
/** The model cannot be asked any more. */
const REMOTE: readonly ErrorCode[] = ['E_REMOTE_GONE', 'E_REMOTE_REFUSED', 'E_REMOTE_ANSWER'];
const SURVIVABLE: readonly ErrorCode[] = [
  ...FATAL,
  ...REMOTE,
  'E_OPERATOR_UNSUPPORTED',
  'E_MODEL_UNSUPPORTED',
  'E_MODEL_SHAPE',
  'E_MODEL_LOAD',
  'E_INTERNAL',
];
/** After so many tasks (or checks) that their workers died or hung of, the model is not tried any further: each cost twice the longest wait. */
export const MOST_FATAL = 2;

/** Did a worker die or hang of it, or is the endpoint gone? */
export const isFatal = ({ code }: GibbonError): boolean => FATAL.includes(code) || REMOTE.includes(code);

/** Is the model behind an endpoint that no longer answers as it did? Then there is nothing more to be asked. */
export const isRemote = ({ code }: GibbonError): boolean => REMOTE.includes(code);

export interface Failures {
  readonly all: readonly Failure[];
  /** Is there no point in going on? */
  readonly hopeless: boolean;
  /** Does the work, or notes why it failed. @throws what is no fault of this part alone, such as E_ABORTED */
  attempt(what: string, work: () => Promise<void>): Promise<void>;
  /** The first failure as an error of the whole run, with where it happened before its message and `hint` before its hint. */
  first(where: string, hint: string): GibbonError | undefined;
}

export function createFailures(): Failures {
  const all: Failure[] = [];
  return {
    all,
    get hopeless() {
      return all.filter(({ fatal }) => fatal).length >= MOST_FATAL || all.some(({ error }) => isRemote(error));
    },
    attempt: async (what, work) => {
      await work().catch((thrown: unknown) => {
        const error = toGibbonError(thrown);
        if (!SURVIVABLE.includes(error.code)) throw thrown;
        all.push({ what, fatal: isFatal(error), error });
      });
    },
    first: (where, more) => {
      const [failure] = all;
      if (!failure) return undefined;
      const { code, message, hint = '', cause } = failure.error;
      const told = [more, hint].filter((part) => part !== '').join('\n');
      return new GibbonError(code, `${where}${failure.what}: ${message}`, {
        ...(told === '' ? {} : { hint: told }),
        cause: cause ?? failure.error,
      });
    },
  };
}
