/** What fails while running is kept as a note; what the user asked for, or could mend, ends the audit. */
import { describe, expect, it } from 'vitest';
import { type ErrorCode, GibbonError } from '../base/errors.ts';
import { createFailures } from './failures.ts';

const failing = (code: ErrorCode) => async (): Promise<void> => {
  throw new GibbonError(code, `it was ${code}`, { hint: 'try less' });
};

describe('failures', () => {
  it('notes what dies or hangs, and goes on until that is hopeless', async () => {
    const failures = createFailures();
    await failures.attempt('first', failing('E_WORKER_HUNG'));
    expect(failures.hopeless).toBe(false);
    await failures.attempt('second', async () => {});
    await failures.attempt('third', failing('E_WORKER_DIED'));
    expect(failures.hopeless).toBe(true);
    expect(failures.all.map(({ what, fatal }) => ({ what, fatal }))).toEqual([
      { what: 'first', fatal: true },
      { what: 'third', fatal: true },
    ]);
    expect(failures.first('model, ', 'The rest is kept.')).toMatchObject({
      code: 'E_WORKER_HUNG',
      message: 'model, first: it was E_WORKER_HUNG',
      hint: 'The rest is kept.\ntry less',
    });
  });

  it('notes a bug without giving up on the model', async () => {
    const failures = createFailures();
    for (let i = 0; i < 5; i++) {
      await failures.attempt('step', async () => {
        throw new TypeError('not a function');
      });
    }
    expect(failures.hopeless).toBe(false);
    expect(failures.first('', '')?.code).toBe('E_INTERNAL');
  });

  it.each(['E_ABORTED', 'E_USAGE', 'E_OUTPUT_UNWRITABLE', 'E_DATA_VALUES'] as const)('does not swallow %s', async (code) => {
    const failures = createFailures();
    await expect(failures.attempt('attack', failing(code))).rejects.toMatchObject({ code });
    expect(failures.first('', '')).toBeUndefined();
  });
});
