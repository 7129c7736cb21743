/** Ends a worker process whose parent has died, even while native code blocks its main thread. */
import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, since a main thread that hangs in `session.run` never hears 'disconnect'. */
const WATCH = `
  const { workerData: parent } = require('node:worker_threads');
  const parentLives = () => {
    if (process.ppid !== parent) return false;
    try {
      process.kill(parent, 0);
      return true;
    } catch (error) {
      return error.code !== 'ESRCH';
    }
  };
  setInterval(() => {
    if (!parentLives()) process.kill(process.pid, 'SIGKILL');
  }, 1000);
`;

/** Call once, early. `process.exit` is right here: this process is only a worker, and its result has no reader any more. */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
  const watch = new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [], env: {} });
  watch.on('error', () => {});
  watch.unref();
}
