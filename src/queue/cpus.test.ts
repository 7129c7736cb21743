import { describe, expect, it } from 'vitest';
import { cgroupLimits } from './cgroup.ts';
import { type Machine, usableCpus, workersThatFit } from './cpus.ts';

const GB = 2 ** 30;
const files = (contents: Record<string, string>) => (path: string) => contents[path];
const machine = (changes: Partial<Machine> = {}): Machine => ({
  parallelism: 8,
  freeBytes: 16 * GB,
  cgroup: { cpus: undefined, freeBytes: undefined },
  ...changes,
});

describe('cgroupLimits', () => {
  it('reads version 2, and the tightest limit among the group and its parents', () => {
    const limits = cgroupLimits(
      files({
        '/proc/self/cgroup': '0::/pod/job\n',
        '/sys/fs/cgroup/pod/job/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/pod/cpu.max': '250000 100000\n',
        '/sys/fs/cgroup/pod/job/memory.max': `${4 * GB}\n`,
        '/sys/fs/cgroup/pod/job/memory.current': `${3 * GB}\n`,
        '/sys/fs/cgroup/pod/job/memory.stat': `anon 5\ninactive_file ${GB}\nactive_file 7\n`,
        '/sys/fs/cgroup/pod/memory.max': 'max\n',
        '/sys/fs/cgroup/pod/memory.current': '1\n',
      }),
    );
    expect(limits).toEqual({ cpus: 2.5, freeBytes: 2 * GB });
  });

  it('reads version 1 from the root of the mount when the path of the host is not visible', () => {
    const limits = cgroupLimits(
      files({
        '/proc/self/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '150000\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${2 * GB}\n`,
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${GB}\n`,
        '/sys/fs/cgroup/memory/memory.stat': `inactive_file 3\ntotal_inactive_file ${GB / 2}\n`,
      }),
    );
    expect(limits).toEqual({ cpus: 1.5, freeBytes: 1.5 * GB });
  });

  it('finds no limit where there is none', () => {
    const unlimited = files({
      '/proc/self/cgroup': '4:memory:/\n1:cpu:/\n0::/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
    });
    expect(cgroupLimits(unlimited)).toEqual({ cpus: undefined, freeBytes: undefined });
    expect(cgroupLimits(files({}))).toEqual({ cpus: undefined, freeBytes: undefined });
  });
});

describe('workersThatFit', () => {
  it.each([
    ['CPUs', 8, { bytesPerWorker: GB }, machine()],
    ['the quota', 2, { bytesPerWorker: GB }, machine({ cgroup: { cpus: 1.5, freeBytes: undefined } })],
    ['free memory', 3, { bytesPerWorker: 4 * GB }, machine()],
    ["the group's memory", 2, { bytesPerWorker: GB }, machine({ cgroup: { cpus: undefined, freeBytes: 3 * GB } })],
    ['the work', 5, { bytesPerWorker: GB, useful: 5 }, machine()],
    ['nothing below one', 1, { bytesPerWorker: 100 * GB, useful: 0 }, machine({ cgroup: { cpus: 0.2, freeBytes: 0 } })],
  ])('is limited by %s', (_, expected, needs, on) => {
    expect(workersThatFit(needs, on)).toBe(expected);
  });

  it('asks this machine', () => {
    expect(usableCpus()).toBeGreaterThanOrEqual(1);
    expect(workersThatFit({ bytesPerWorker: 1 })).toBe(usableCpus());
  });
});
