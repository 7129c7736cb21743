import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProgressSnapshot } from '../base/progress.ts';
import { formatDuration } from './format-duration.ts';
import { createProgressBar, type ProgressStream } from './progress-bar.ts';

const at = (fraction: number, label = 'PGD'): ProgressSnapshot => ({
  label,
  done: 100 * fraction,
  total: 100,
  fraction,
  elapsedSeconds: 1,
  etaSeconds: fraction === 0 ? undefined : 100 * (1 - fraction),
});

function setUp(stream: Partial<ProgressStream>, env: Record<string, string> = {}) {
  const written: string[] = [];
  const bar = createProgressBar({ stream: { write: (text) => written.push(text), ...stream }, env, now: () => Date.now() });
  return { bar, written };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('on a terminal', () => {
  it('redraws one line at most ten times a second, and the latest state in the end', () => {
    const { bar, written } = setUp({ isTTY: true, columns: 80 });
    for (let i = 0; i < 1000; i++) {
      bar.update(at(i / 1000));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(200);
    expect(written.length).toBeGreaterThan(5);
    expect(written.length).toBeLessThanOrEqual(11);
    expect(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
    expect(written.at(-1)).toContain('99 %');
  });

  it('shows bar, percent and time left, and clears itself', () => {
    const { bar, written } = setUp({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
    bar.update(at(0.25));
    bar.line('worker 7: a warning');
    bar.done();
    const drawn = `${'█'.repeat(7)}${'░'.repeat(21)} PGD: 25 %, 1 min 15 s left`;
    expect(written).toEqual([`\r\u001b[2K${drawn}`, `\r\u001b[2Kworker 7: a warning\n${drawn}`, '\r\u001b[2K']);
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(3);
  });

  it('has colour unless NO_COLOR is set', () => {
    const colored = setUp({ isTTY: true, columns: 80 });
    colored.bar.update(at(0.5));
    expect(colored.written[0]).toContain('\u001b[36m');
  });

  it.each([10, 24, 40, 80])('never fills a line of %i columns', (columns) => {
    const { bar, written } = setUp({ isTTY: true, columns });
    bar.update(at(0.5, 'A long name of a check'));
    expect(stripVTControlCharacters(written.join('')).replace('\r', '').length).toBeLessThan(columns);
  });

  it('writes nothing if there was no progress', () => {
    const { bar, written } = setUp({ isTTY: true });
    bar.done();
    expect(written).toEqual([]);
  });
});

describe('in a log', () => {
  it.each([
    ['a pipe', {}, {}],
    ['CI', { isTTY: true }, { CI: 'true' }],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('appends few plain lines (%s)', (_, stream, env) => {
    const { bar, written } = setUp(stream, env);
    for (let second = 0; second <= 200; second++) {
      bar.update(at(second / 200));
      vi.advanceTimersByTime(1000);
    }
    bar.done();
    expect(written).toHaveLength(11);
    expect(written.slice(0, 2)).toEqual(['PGD: 0 %\n', 'PGD: 10 %, 1 min 30 s left\n']);
    expect(written.at(-1)).toBe('PGD: 100 %\n');
  });

  it('gives a sign of life each minute when little moves', () => {
    const { bar, written } = setUp({});
    for (let second = 0; second < 300; second++) {
      bar.update(at(0.01));
      vi.advanceTimersByTime(1000);
    }
    expect(written).toHaveLength(5);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [60, '1 min'],
    [125, '2 min 5 s'],
    [3600, '1 h'],
    [7199, '2 h'],
    [12_000, '3 h 20 min'],
  ])('%d', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
