/** How many worker processes fit on this machine: by CPUs, by memory, by what there is to do. */
import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { type CgroupLimits, cgroupLimits } from './cgroup.ts';

export interface Machine {
  /** CPUs that this process may be scheduled on. */
  parallelism: number;
  freeBytes: number;
  cgroup: CgroupLimits;
}

export interface WorkerNeeds {
  /** Peak resident memory of one worker. */
  bytesPerWorker: number;
  /** More workers than this have nothing to do. */
  useful?: number;
}

/** Left for this process and for everything else on the machine. */
const SHARE_FOR_WORKERS = 0.8;

/** The number of workers to start: at least one, even where nothing fits, since one may still succeed. */
export function workersThatFit(needs: WorkerNeeds, machine: Machine = thisMachine()): number {
  const byMemory = Math.floor((SHARE_FOR_WORKERS * usableBytes(machine)) / Math.max(1, needs.bytesPerWorker));
  return Math.max(1, Math.min(usableCpus(machine), byMemory, needs.useful ?? Number.POSITIVE_INFINITY));
}

/** The most that one of `count` workers may take before it endangers the machine. */
export function memoryPerWorker(count: number, machine: Machine = thisMachine()): number {
  return (SHARE_FOR_WORKERS * usableBytes(machine)) / count;
}

/** CPUs that can be kept busy; a quota of 1.5 is worth two workers that wait a quarter of the time. */
export function usableCpus(machine: Machine = thisMachine()): number {
  return Math.max(1, Math.min(machine.parallelism, Math.round(machine.cgroup.cpus ?? Number.POSITIVE_INFINITY)));
}

/** Bytes that can be taken now without swapping or being killed. */
function usableBytes(machine: Machine): number {
  return Math.min(machine.freeBytes, machine.cgroup.freeBytes ?? Number.POSITIVE_INFINITY);
}

function thisMachine(): Machine {
  return { parallelism: availableParallelism(), freeBytes: freeMemory(), cgroup: cgroupLimits(readText) };
}

function freeMemory(): number {
  // macOS counts cached files as used, so "free" says little there.
  return process.platform === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
