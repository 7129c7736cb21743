import { describe, expect, it } from 'vitest';
import { linkSignals, throwIfAborted } from './abort.ts';

describe('throwIfAborted', () => {
  it('throws E_ABORTED with the reason, and only then', () => {
    const controller = new AbortController();
    throwIfAborted(undefined);
    throwIfAborted(controller.signal);
    controller.abort('enough');
    expect(() => throwIfAborted(controller.signal)).toThrow(expect.objectContaining({ code: 'E_ABORTED', cause: 'enough' }));
  });
});

describe('linkSignals', () => {
  it('aborts with the first of its signals', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const linked = linkSignals(a.signal, undefined, b.signal);
    expect(linked?.aborted).toBe(false);
    b.abort('second');
    expect(linked?.reason).toBe('second');
  });

  it('adds nothing where there is nothing to link', () => {
    const { signal } = new AbortController();
    expect(linkSignals()).toBeUndefined();
    expect(linkSignals(undefined)).toBeUndefined();
    expect(linkSignals(undefined, signal)).toBe(signal);
  });
});
