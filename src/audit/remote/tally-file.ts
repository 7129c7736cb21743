/** The count of what an endpoint was asked, in a file of the run's folder: it outlives every process of the run. */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { type Counts, createTally, NOTHING_ASKED, type Tally } from '../../model/remote/tally.ts';

const pair = z.object({ requests: z.int().min(0), rows: z.int().min(0) });
const counts = z.object({ ...pair.shape, answered: pair, refused: pair, unsure: pair });

/** The folder of a run that keeps what is to be known of one endpoint. */
export const remoteFolder = (folder: string, model: string): string => join(folder, 'remote', model);

const fileIn = (folder: string): string => join(folder, 'asked.json');

/** What was asked so far; nothing where there is no file. @throws GibbonError E_USAGE for a file that is damaged: starting at 0 would break the budget */
export function countsIn(folder: string): Counts {
  let text: string;
  try {
    text = readFileSync(fileIn(folder), 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING_ASKED;
    throw thrown;
  }
  try {
    return counts.parse(JSON.parse(text));
  } catch (cause) {
    throw new GibbonError('E_USAGE', `the count of questions in ${fileIn(folder)} cannot be read`, {
      hint: 'Start the audit afresh: --fresh.',
      cause,
    });
  }
}

/** Always as long: one write replaces it as a whole, whenever the process ends. */
const LENGTH = 400;

/** A count that goes on from the file, and is in it before each request goes out. @throws GibbonError E_OUTPUT_UNWRITABLE */
export function tallyIn(folder: string | undefined, budget: number | undefined): Tally {
  if (folder === undefined) return createTally({ budget });
  const before = countsIn(folder);
  const file = opened(folder);
  return createTally({ budget, before, keep: (now) => void writeSync(file, `${JSON.stringify(now).padEnd(LENGTH - 1)}\n`, 0) });
}

function opened(folder: string): number {
  try {
    mkdirSync(folder, { recursive: true });
    const file = openSync(fileIn(folder), 'a');
    closeSync(file);
    const own = openSync(fileIn(folder), 'r+');
    ftruncateSync(own, LENGTH);
    return own;
  } catch (cause) {
    throw new GibbonError('E_OUTPUT_UNWRITABLE', `cannot keep the count of questions in ${folder}: ${(cause as Error).message}`, {
      hint: 'Check permissions and free space, or give another folder with --run.',
      cause,
    });
  }
}
