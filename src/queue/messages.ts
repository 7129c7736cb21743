/** What the pool and its worker processes say to each other over the IPC channel (structured clone, so typed arrays survive). */
import type { WireError } from './wire-error.ts';

export type ToWorker =
  | { type: 'init'; init: unknown }
  | { type: 'task'; id: number; kind: string; payload: unknown; resumed: unknown }
  | { type: 'end' };

export type FromWorker =
  /** The entry module has loaded and waits for `init`. */
  | { type: 'hello' }
  | { type: 'ready' }
  | { type: 'init-failed'; error: WireError }
  | { type: 'alive'; id: number }
  | { type: 'progress'; id: number; value: unknown }
  | { type: 'checkpoint'; id: number; value: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError };
