/** How fast an endpoint is asked: so many requests at a time and a second, and how long to wait before a request is sent again. */

export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

export interface Pace {
  /** Resolves when a request may go out; the function that it returns says that it has ended. */
  turn(): Promise<() => void>;
  /** Nothing goes out before so many milliseconds have passed. */
  pause(milliseconds: number): void;
}

export function createPace(
  { rate, concurrency }: { readonly rate?: number | undefined; readonly concurrency: number },
  clock: Clock,
): Pace {
  let running = 0;
  let [next, paused] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const waiting: (() => void)[] = [];
  const gap = rate === undefined ? 0 : 1000 / rate;
  const ended = (): void => {
    const other = waiting.shift();
    // The place goes from one to the other.
    if (other) other();
    else running--;
  };
  return {
    turn: async () => {
      if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      do {
        const at = Math.max(clock.now(), next, paused);
        next = at + gap;
        if (at > clock.now()) await clock.sleep(at - clock.now());
        // A pause may have come while this one slept.
      } while (paused > clock.now());
      return ended;
    },
    pause: (milliseconds) => {
      paused = Math.max(paused, clock.now() + milliseconds);
    },
  };
}

const FIRST = 500;
const LONGEST = 30_000;

/** Exponential backoff with jitter: half of it is certain, so that many clients that failed together do not come back together. */
export function backoff(attempt: number, random: () => number): number {
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + random() / 2);
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date (RFC 9110, 10.2.3). Undefined where it says nothing. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return 1000 * Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
