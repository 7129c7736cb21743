/** How far a piece of work is and when it will be done, by a rate that weighs recent work more. */

export interface ProgressSnapshot {
  label: string;
  done: number;
  total: number;
  /** 0 to 1; work of size 0 is done. */
  fraction: number;
  elapsedSeconds: number;
  /** Undefined until the first step has shown how long steps take. */
  etaSeconds: number | undefined;
}

/** Where progress is shown. */
export interface ProgressSink {
  update(snapshot: ProgressSnapshot): void;
  /** The work has ended, well or not. */
  done(): void;
}

export interface Progress {
  /** `units` more are done. */
  advance(units?: number): void;
  /** `units` were done before (a resumed run): they count as done, not as speed. */
  skip(units: number): void;
  /** Seconds that are left, undefined as long as nobody can know. */
  eta(): number | undefined;
  snapshot(): ProgressSnapshot;
}

/** The memory of the rate: this part of the time so far, but at least as many seconds. */
const MEMORY_SHARE = 1 / 3;
const LEAST_MEMORY_SECONDS = 10;

/** `now` gives milliseconds that never go back. */
export function createProgress(total: number, options: { label: string; now?: () => number }): Progress {
  const now = options.now ?? (() => performance.now());
  const start = now();
  const rate = createRate();
  let last = start;
  let done = 0;
  const eta = (): number | undefined => (done >= total ? 0 : rate.secondsFor(total - done, (now() - last) / 1000));
  return {
    advance(units = 1) {
      const time = now();
      const memory = Math.max(LEAST_MEMORY_SECONDS, (MEMORY_SHARE * (time - start)) / 1000);
      rate.add(units, (time - last) / 1000, memory);
      last = time;
      done = Math.min(total, done + units);
    },
    skip(units) {
      done = Math.min(total, done + units);
    },
    eta,
    snapshot: () => ({
      label: options.label,
      done,
      total,
      fraction: total > 0 ? done / total : 1,
      elapsedSeconds: (now() - start) / 1000,
      etaSeconds: eta(),
    }),
  };
}

/** Units, seconds and steps so far, all of which fade alike: their ratios are exponentially weighted means, unbiased from the first step on. */
function createRate() {
  let units = 0;
  let seconds = 0;
  let steps = 0;
  return {
    add(newUnits: number, newSeconds: number, memory: number): void {
      const fade = Math.exp(-newSeconds / memory);
      units = units * fade + newUnits;
      seconds = seconds * fade + newSeconds;
      steps = steps * fade + 1;
    },
    /** Time for `left` units, when `waited` seconds of the current step have passed: counts down within a usual step, grows when a step drags on. */
    secondsFor(left: number, waited: number): number | undefined {
      if (units <= 0 || seconds <= 0) return undefined;
      const usual = seconds / steps;
      const overdue = Math.max(0, waited - usual);
      return Math.max(0, (left * (seconds + overdue)) / units - Math.min(waited, usual));
    },
  };
}
