/** The CPU and memory limits that Linux control groups (v1, v2, both mounted) set for this process; containers and CI runners use them. */

/** Contents of a file, undefined if it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export interface CgroupLimits {
  /** CPUs' worth of time per second, such as 1.5. */
  cpus: number | undefined;
  /** Bytes that may still be taken before the limit; page cache that can be dropped counts as free. */
  freeBytes: number | undefined;
}

interface Mounts {
  /** Folder of the unified hierarchy, this process's own group first, then its parents: a parent's limit holds too. */
  v2: string[];
  cpu: string[];
  memory: string[];
}

const ROOT = '/sys/fs/cgroup';

export function cgroupLimits(read: ReadText): CgroupLimits {
  const mounts = findMounts(read('/proc/self/cgroup') ?? '');
  const cpus = [...mounts.v2.map((folder) => cpusV2(read, folder)), ...mounts.cpu.map((folder) => cpusV1(read, folder))];
  const free = [
    ...mounts.v2.map((folder) => freeBytes(read, folder, 'memory.max', 'memory.current', 'inactive_file')),
    ...mounts.memory.map((folder) => freeBytes(read, folder, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file')),
  ];
  return { cpus: least(cpus), freeBytes: least(free) };
}

/** Lines are `hierarchy:controllers:path`; the unified hierarchy is `0::path`. */
function findMounts(lines: string): Mounts {
  const mounts: Mounts = { v2: [], cpu: [], memory: [] };
  for (const line of lines.split('\n')) {
    const [hierarchy, controllers = '', ...rest] = line.split(':');
    const path = rest.join(':');
    if (hierarchy === '0') mounts.v2.push(...withParents(ROOT, path), ...withParents(`${ROOT}/unified`, path));
    if (controllers.split(',').includes('cpu'))
      mounts.cpu.push(...withParents(`${ROOT}/${controllers}`, path), ...withParents(`${ROOT}/cpu`, path));
    if (controllers === 'memory') mounts.memory.push(...withParents(`${ROOT}/memory`, path));
  }
  return mounts;
}

/** A container may see the host's path here and only its own root there, so each folder on the way up is tried. */
function withParents(root: string, path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, up) => [root, ...parts.slice(0, parts.length - up)].join('/'));
}

function cpusV2(read: ReadText, folder: string): number | undefined {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(' ').map(Number);
  return ratio(quota, period);
}

function cpusV1(read: ReadText, folder: string): number | undefined {
  return ratio(readNumber(read, `${folder}/cpu.cfs_quota_us`), readNumber(read, `${folder}/cpu.cfs_period_us`));
}

/** No limit reads "max" (NaN here) or -1. */
function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}

function freeBytes(read: ReadText, folder: string, limitFile: string, usageFile: string, cacheKey: string): number | undefined {
  const limit = readNumber(read, `${folder}/${limitFile}`);
  const usage = readNumber(read, `${folder}/${usageFile}`);
  // v1 says "no limit" with a number near 2^63.
  if (limit === undefined || usage === undefined || limit >= 2 ** 60) return undefined;
  const cache = new RegExp(`^${cacheKey} (\\d+)$`, 'm').exec(read(`${folder}/memory.stat`) ?? '');
  return Math.max(0, limit - usage + Number(cache?.[1] ?? 0));
}

function readNumber(read: ReadText, path: string): number | undefined {
  const text = read(path)?.trim();
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
