/** Lets many examples question one model at once: each runs its own course, and whatever they all wait for is asked in one batch. */
import { throwIfAborted } from '../base/abort.ts';
import type { Decision } from '../model/judge.ts';

/** Puts rows to the model; resolves when every other example under way has put its own question, or ended. */
export type Ask<A = Decision> = (rows: readonly Float32Array[]) => Promise<readonly A[]>;

interface Question<A> {
  readonly rows: readonly Float32Array[];
  resolve(answers: readonly A[]): void;
  reject(cause: unknown): void;
}

interface Meeting<A> {
  /** Whom everybody asks: the model's decisions, or its scores. */
  readonly judge: { decide(rows: readonly Float32Array[]): Promise<readonly A[]> };
  /** How many items are under way at the same time. */
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` on every item, `width` of them at a time, and returns the results in the order of the items.
 * An item's answers do not depend on its neighbours'. The first error ends the whole, after the others have come to a stop.
 * @throws GibbonError E_ABORTED, and whatever the model or `work` throws
 */
export async function together<T, R, A = Decision>(
  { judge, width, signal }: Meeting<A>,
  items: readonly T[],
  work: (item: T, ask: Ask<A>) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const desk = questions(judge, Math.min(width, items.length), signal);
  let next = 0;
  const lane = async (): Promise<void> => {
    try {
      while (next < items.length) {
        const at = next++;
        results[at] = await work(items[at] as T, desk.ask);
      }
    } catch (cause) {
      next = items.length;
      desk.close(cause);
      throw cause;
    } finally {
      desk.leave();
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}

interface Desk<A> {
  readonly ask: Ask<A>;
  /** One of those who ask has ended. */
  leave(): void;
  /** Answers every further question with this error. */
  close(cause: unknown): void;
}

function questions<A>(judge: Meeting<A>['judge'], lanes: number, signal: AbortSignal | undefined): Desk<A> {
  let active = lanes;
  let waiting: Question<A>[] = [];
  let closed: { readonly cause: unknown } | undefined;
  const answer = async (): Promise<void> => {
    if (waiting.length === 0 || waiting.length < active) return;
    const asked = waiting;
    waiting = [];
    try {
      throwIfAborted(signal);
      if (closed) throw closed.cause;
      const decisions = await judge.decide(asked.flatMap(({ rows }) => rows));
      let at = 0;
      for (const { rows, resolve } of asked) {
        resolve(decisions.slice(at, at + rows.length));
        at += rows.length;
      }
    } catch (cause) {
      for (const { reject } of asked) reject(cause);
    }
  };
  return {
    ask: (rows) =>
      new Promise((resolve, reject) => {
        waiting.push({ rows, resolve, reject });
        void answer();
      }),
    leave: () => {
      active--;
      void answer();
    },
    close: (cause) => {
      closed ??= { cause };
    },
  };
}
