/** A pool of worker processes: whatever a model does to its process, at most one step of one task is lost, and that task is tried again. */
import type { Pool, PoolOptions } from './pool-types.ts';
import { SupervisedPool } from './supervised-pool.ts';

export type { Pool, PoolOptions } from './pool-types.ts';

/** A pool without workers yet: the first task starts the first one. */
export function createPool(options: PoolOptions): Pool {
  return new SupervisedPool(options);
}
