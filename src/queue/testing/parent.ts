/** For tests: a parent process with one hung and one idle worker, whose ids it prints; the test kills it. Its arguments: the entry. */
import { createPool } from '../pool.ts';

const pool = createPool({ entry: new URL(process.argv[2] ?? ''), init: {}, size: 2 });
const spinning = new Promise<number>((resolve) => {
  void pool.run({ kind: 'spin', payload: undefined }, (progress) => resolve((progress as { pid: number }).pid));
});
const idle = await pool.run<number>({ kind: 'pid', payload: undefined });
process.stdout.write(`${JSON.stringify([await spinning, idle])}\n`);
