/** Hostile model files: each ends in one clear error with exit code 2, in bounded time, and leaves no process behind. */
import { describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, childrenOf, DEMO, gibbon, lives, scratch } from '../support/cli.ts';
import { HOSTILE_FILES } from '../support/hostile-files.ts';

/** Seconds on a machine that may be busy; what hangs is given up after twice the two seconds below. */
const LONGEST = 40;

describe.each(HOSTILE_FILES)('$name', ({ make, watched }) => {
  it.each(['audit', 'inspect'])('%s', async (command) => {
    const path = make(scratch());
    const workers = new Set<number>();
    const more = command === 'audit' ? ['--data', DEMO.images, '--n', '20', '--preset', 'quick', '--workers', '1', ...ATTACKS_ONLY] : [];
    const ended = await gibbon([command, path, ...more], {
      env: { GIBBON_STALL_SECONDS: '5' },
      during: (pid) => {
        const timer = setInterval(() => {
          for (const child of childrenOf(pid)) workers.add(child);
          if (!lives(pid)) clearInterval(timer);
        }, 20);
      },
    });
    if (process.env.GIBBON_SHOW_HOSTILE)
      console.log(
        `${command} ${path}: ${ended.code} in ${ended.seconds.toFixed(1)} s: ${ended.stderr
          .split('\n')
          .filter((line) => /^error|^\s+hint/.test(line))
          .join(' ')}`,
      );
    expect([...workers].filter(lives), 'workers left').toEqual([]);
    expect(ended.seconds).toBeLessThan(LONGEST);
    expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$|E_INTERNAL/m);
    // Whatever can be read is explained.
    if (command === 'inspect' && ended.code === 0) return;
    expect(ended.stderr.match(/^error /gm), ended.stderr).toHaveLength(1);
    expect(ended.stderr).toMatch(watched ? /\[E_WORKER_(HUNG|DIED)\]/ : /\[E_[A-Z_]+\]/);
    expect(ended.code, ended.stderr).toBe(watched ? 70 : 2);
  });
});
