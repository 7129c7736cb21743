/** Shows progress on stderr: one line that redraws itself on a terminal, a few plain lines in a log. */
import { createColors } from 'picocolors';
import type { ProgressSink, ProgressSnapshot } from '../base/progress.ts';
import { canRedraw, hasColor } from './environment.ts';
import { formatDuration } from './format-duration.ts';
import { safe } from './safe.ts';

/** The part of a terminal or pipe that the bar needs; `process.stderr` is one. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface ProgressBarOptions {
  stream?: ProgressStream;
  env?: Record<string, string | undefined>;
  /** Milliseconds that never go back. */
  now?: () => number;
}

export interface ProgressBar extends ProgressSink {
  /** Writes a line of its own without tearing the bar. */
  line(text: string): void;
}

const REDRAW_MS = 100;
const LEAST_MS_BETWEEN_LINES = 10_000;
const MOST_MS_BETWEEN_LINES = 60_000;
const TENTHS = 10;
const WIDEST_BAR = 28;
const CLEAR_LINE = '\r\u001b[2K';

/** A redrawn line on a terminal; appended lines where there is none, in CI, and on a terminal that cannot move its cursor. */
export function createProgressBar(options: ProgressBarOptions = {}): ProgressBar {
  const { stream = process.stderr, env = process.env, now = () => performance.now() } = options;
  return canRedraw(stream, env) ? redrawnBar(stream, hasColor(stream, env), now) : appendedLines(stream, now);
}

function redrawnBar(stream: ProgressStream, color: boolean, now: () => number): ProgressBar {
  let shown = '';
  let latest: ProgressSnapshot | undefined;
  let lastDraw = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (latest === undefined) return;
    lastDraw = now();
    shown = barLine(latest, stream.columns ?? 80, color);
    stream.write(CLEAR_LINE + shown);
  };
  return {
    update(snapshot) {
      latest = snapshot;
      const wait = lastDraw + REDRAW_MS - now();
      if (wait <= 0) draw();
      else timer ??= setTimeout(draw, wait).unref();
    },
    line(text) {
      stream.write(`${shown === '' ? '' : CLEAR_LINE}${safe(text)}\n${shown}`);
    },
    done() {
      clearTimeout(timer);
      timer = undefined;
      latest = undefined;
      if (shown !== '') stream.write(CLEAR_LINE);
      shown = '';
    },
  };
}

/** At least 10 s apart, then at each 10 % or minute, so that neither a log nor the patience of a CI runner is exhausted. */
function appendedLines(stream: ProgressStream, now: () => number): ProgressBar {
  let lastLine = Number.NEGATIVE_INFINITY;
  let last: ProgressSnapshot | undefined;
  const isDue = (snapshot: ProgressSnapshot): boolean => {
    const passed = now() - lastLine;
    if (passed < LEAST_MS_BETWEEN_LINES) return false;
    const more = snapshot.label !== last?.label || tenths(snapshot) > tenths(last);
    return more || passed >= MOST_MS_BETWEEN_LINES;
  };
  return {
    update(snapshot) {
      if (!isDue(snapshot)) return;
      lastLine = now();
      last = snapshot;
      stream.write(`${facts(snapshot)}\n`);
    },
    line(text) {
      stream.write(`${safe(text)}\n`);
    },
    done() {
      last = undefined;
    },
  };
}

/** Label, bar, percent, time left; never as wide as the terminal, where it would wrap and could not be cleared. */
function barLine(snapshot: ProgressSnapshot, columns: number, color: boolean): string {
  const text = facts(snapshot);
  const room = Math.min(WIDEST_BAR, columns - text.length - 4);
  if (room < 5) return text.slice(0, Math.max(0, columns - 1));
  const { cyan, dim } = createColors(color);
  const full = Math.round(room * clamp(snapshot.fraction));
  return `${cyan('█'.repeat(full))}${dim('░'.repeat(room - full))} ${text}`;
}

/** Such as "PGD: 42 %, 1 min 5 s left". */
function facts({ label, fraction, etaSeconds }: ProgressSnapshot): string {
  const left = etaSeconds === undefined || fraction >= 1 ? '' : `, ${formatDuration(etaSeconds)} left`;
  return `${label}: ${Math.floor(100 * clamp(fraction))} %${left}`;
}

function tenths({ fraction }: ProgressSnapshot): number {
  return Math.floor(TENTHS * fraction + 1e-9);
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
