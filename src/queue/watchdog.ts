/** Looks after the workers a few times a second, and names those that have to go. */
import type { KillReason } from './death.ts';
import type { Slot } from './pool-types.ts';
import { residentBytes } from './resident-memory.ts';

/** Node and the model have to load, on a machine that may be busy. */
const LEAST_START_SECONDS = 30;
const LONGEST_TICK_MS = 250;
const SHORTEST_TICK_MS = 20;
const TICKS_PER_STALL = 4;

export interface WatchdogOptions {
  stallSeconds: number;
  memoryBytes: number | undefined;
  condemn: (slot: Slot, reason: KillReason) => void;
}

export interface Watchdog {
  start(): void;
  stop(): void;
}

export function createWatchdog(slots: ReadonlySet<Slot>, options: WatchdogOptions): Watchdog {
  const tickMs = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, (options.stallSeconds * 1000) / TICKS_PER_STALL));
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  const tick = (): void => {
    const now = performance.now();
    // Time counts only as far as we were awake to hear: after a blocked event loop or a sleeping laptop, waiting messages come first.
    const seconds = Math.min(now - last, 2 * tickMs) / 1000;
    last = now;
    for (const slot of slots) {
      if (slot.state === 'dying') continue;
      const reason = tooMuchMemory(slot, options.memoryBytes) ?? tooSilent(slot, seconds, options.stallSeconds);
      if (reason !== undefined) options.condemn(slot, reason);
    }
  };
  return {
    start() {
      if (timer !== undefined) return;
      last = performance.now();
      timer = setInterval(tick, tickMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function tooMuchMemory(slot: Slot, limit: number | undefined): KillReason | undefined {
  if (limit === undefined || slot.worker.pid === undefined) return undefined;
  const bytes = residentBytes(slot.worker.pid) ?? 0;
  return bytes > limit ? { kind: 'memory', bytes, limit } : undefined;
}

function tooSilent(slot: Slot, seconds: number, stallSeconds: number): KillReason | undefined {
  if (slot.state === 'idle') return undefined;
  const stall = slot.job?.task.stallSeconds ?? stallSeconds;
  const limit = slot.state === 'starting' ? Math.max(stall, LEAST_START_SECONDS) : stall;
  slot.silentSeconds += seconds;
  return slot.silentSeconds > limit ? { kind: 'hung', seconds: limit } : undefined;
}
