/** How much memory a process holds right now, where the system says so (Linux). */
import { readFileSync } from 'node:fs';

/** Resident bytes of a process; undefined where /proc does not exist or the process is gone. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // VmRSS is statm's second column in kB, which spares us the page size (16 or 64 KiB on some ARM systems).
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return match ? Number(match[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}
