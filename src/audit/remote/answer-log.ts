/**
 * Answers of an endpoint in files of the run's folder. Finished work is in the journal; what an interrupted piece of work had asked is here, so that nothing
 * is asked twice. Records of one length, a hash of the row and the numbers of its answer, are appended before anybody sees them.
 */
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Memories, Memory } from '../../model/remote/memory.ts';

export interface AnswerLog {
  readonly memories: Memories;
  /** A piece of work begins. The answers of the first look are kept for good, those of other work until the one after the next begins: its results are in the journal by then. */
  begin(kind: 'look' | 'work'): void;
}

const HASH = 16;
/** Bytes of one file; what goes beyond is not kept, and asked again where the work is interrupted. */
const LARGEST = 2 ** 30;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, HASH);

export function answerLog(folder: string): AnswerLog {
  // What is there is of earlier processes; ours goes into files with higher numbers.
  const first = Math.max(0, ...generations(folder)) + 1;
  let generation = first;
  let [isLook, isUsed] = [false, false];
  const known = new Map<string, FileMemory>();
  const opened = (name: string, numbers: number): FileMemory => {
    const memory = fileMemory(folder, name, numbers, () => (isLook ? 'look' : String(generation)));
    const used = <A extends readonly unknown[], R>(work: (...given: A) => R) => {
      return (...given: A): R => {
        isUsed ||= !isLook;
        return work(...given);
      };
    };
    return { close: memory.close, recall: used(memory.recall), keep: used(memory.keep) };
  };
  return {
    memories: (identity, numbers) => {
      const name = hashOf(identity).toString('hex').slice(0, 12);
      const memory = known.get(name) ?? opened(name, numbers);
      known.set(name, memory);
      return memory;
    },
    begin: (kind) => {
      isLook = kind === 'look';
      for (const memory of known.values()) memory.close();
      // Work that asked nothing has nothing to keep.
      if (!isUsed) return;
      isUsed = false;
      generation++;
      // Those of earlier processes belong to the first work of this one.
      if (generation < first + 2) return;
      for (const one of generations(folder)) if (one <= generation - 2) remove(folder, one);
    },
  };
}

const FILE = /^answers-[0-9a-f]{12}-(\d+|look)\.bin$/;

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => FILE.test(name));
  } catch {
    return [];
  }
};

const generationOf = (name: string): number => Number(FILE.exec(name)?.[1]);

function generations(folder: string): number[] {
  return [...new Set(filesIn(folder).map(generationOf).filter(Number.isInteger))];
}

function remove(folder: string, generation: number): void {
  for (const name of filesIn(folder)) if (generationOf(name) === generation) rmSync(join(folder, name), { force: true });
}

interface FileMemory extends Memory {
  /** The next answers go into another file. */
  close(): void;
}

/** An answer in a file that is open: it can be read also when it was removed. */
interface Place {
  readonly file: number;
  readonly at: number;
}

function fileMemory(folder: string, name: string, numbers: number, current: () => string): FileMemory {
  const length = HASH + 4 * numbers;
  const places = indexed(folder, name, length);
  let writer: { readonly part: string; readonly file: number; size: number } | undefined;
  const close = (): void => {
    if (writer) closeSync(writer.file);
    writer = undefined;
  };
  return {
    close,
    recall: (row) => {
      const key = hashOf(row).toString('hex');
      const all = places.get(key);
      const place = all?.shift();
      if (!all || !place) return undefined;
      if (all.length === 0) places.delete(key);
      return scoresAt(place, numbers);
    },
    keep: (answers) => {
      const part = current();
      if (writer?.part !== part) {
        close();
        mkdirSync(folder, { recursive: true });
        const path = join(folder, `answers-${name}-${part}.bin`);
        const file = openSync(path, 'a');
        const { size } = statSync(path);
        // A process that was killed while it wrote left a part of a record.
        const whole = size - (size % length);
        ftruncateSync(file, whole);
        writer = { part, file, size: whole };
      }
      if (writer.size + answers.length * length > LARGEST) return;
      const records = answers.flatMap(({ row, scores }) => [hashOf(row), Buffer.from(scores.buffer, scores.byteOffset, 4 * numbers)]);
      writer.size += writeSync(writer.file, Buffer.concat(records));
    },
  };
}

/** Records read at a time. */
const AT_ONCE = 1024;

/** Where the answers of each row stand, in the order in which they came. */
function indexed(folder: string, name: string, length: number): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  const own = filesIn(folder).filter((file) => file.startsWith(`answers-${name}-`));
  const part = Buffer.alloc(AT_ONCE * length);
  for (const path of own.sort((a, b) => (generationOf(a) || 0) - (generationOf(b) || 0)).map((one) => join(folder, one))) {
    const file = openSync(path, 'r');
    for (let from = 0, read = part.length; read === part.length; from += read) {
      read = readSync(file, part, 0, part.length, from);
      for (let at = 0; at + length <= read; at += length) {
        const key = part.toString('hex', at, at + HASH);
        const all = places.get(key) ?? [];
        all.push({ file, at: from + at + HASH });
        places.set(key, all);
      }
    }
  }
  return places;
}

function scoresAt({ file, at }: Place, numbers: number): Float32Array {
  const scores = new Float32Array(numbers);
  readSync(file, new Uint8Array(scores.buffer), 0, 4 * numbers, at);
  return scores;
}
