/** A runtime that loads a model file once for all who ask for it: looking at a model, judging and attacking share one copy of its weights. */
import type { Runtime, Session } from './runtime.ts';

interface Held {
  readonly key: string;
  readonly model: Uint8Array | string;
  readonly session: Promise<Session>;
  users: number;
}

/** Keeps the model that was loaded last, also while nobody uses it; an earlier one is let go with its last user. */
export function sharing(runtime: Runtime): Runtime {
  let last: Held | undefined;
  const letGo = async (held: Held): Promise<void> => {
    if (held.users === 0 && held !== last) await (await held.session).release();
  };
  const hold = (model: Uint8Array | string, key: string, load: () => Promise<Session>): Held => {
    if (last?.model === model && last.key === key) return last;
    const before = last;
    last = { key, model, session: load(), users: 0 };
    if (before) void letGo(before).catch(() => {});
    return last;
  };
  return {
    ...runtime,
    loadModel: async (model, options = {}) => {
      const held = hold(model, JSON.stringify({ threads: 1, optimisation: 'all', ...options }), () => runtime.loadModel(model, options));
      held.users++;
      try {
        return { ...(await held.session), release: once(() => release(held)) };
      } catch (thrown) {
        if (held === last) last = undefined;
        throw thrown;
      }
    },
  };

  function release(held: Held): Promise<void> {
    held.users--;
    return letGo(held);
  }
}

/** Letting go twice lets go once. */
function once(release: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= release();
    return done;
  };
}
