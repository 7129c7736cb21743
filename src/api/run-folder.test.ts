/** A run that goes on in another folder writes there and nowhere else. */
import { describe, expect, it } from 'vitest';
import { resolved } from './request.ts';
import { type RunRecord, relocated } from './run-folder.ts';

const run = (paths: readonly string[], page: string, json?: string): RunRecord => ({
  command: 'gibbon audit',
  cwd: '/a',
  startedAt: '2026-01-01T00:00:00.000Z',
  options: { ...resolved([], {}), preset: 'quick', folder: '/a/run', threads: 1 },
  outputs: { paths, page, json },
});

describe('relocated', () => {
  it('takes outputs in the folder along', () => {
    const moved = relocated(run(['/a/run/report.html', '/a/run/deep/x.sarif'], '/a/run/report.html', '/a/run/result.json'), '/b');
    expect(moved.outside).toEqual([]);
    expect(moved.run.options.folder).toBe('/b');
    expect(moved.run.outputs).toEqual({ paths: ['/b/report.html', '/b/deep/x.sarif'], page: '/b/report.html', json: '/b/result.json' });
  });

  it.each(['/etc/cron.d/x.json', '/a/run/../other/x.json', '/a/runner/x.json', '/a/run', '/a/run/..', 'relative.json', '..'])(
    'leaves %s out',
    (path) => {
      const { run: one, outside } = relocated(run([path], path, path), '/b');
      expect(outside).toEqual([path, path]);
      expect(one.outputs).toEqual({ paths: ['/b/report.html'], page: '/b/report.html', json: '/b/result.json' });
    },
  );

  it('writes no JSON to stdout that was not asked for again', () => {
    const { run: one, outside } = relocated(run(['/a/run/report.html'], '/a/run/report.html', '-'), '/a/run');
    expect(outside).toEqual([]);
    expect(one.outputs.json).toBe('/a/run/result.json');
  });
});
