/** Splits what a worker prints into lines, passes each on, and keeps the last few for the error message should it die. */
import { stripVTControlCharacters } from 'node:util';

/** A Node error with its stack fits, message included. */
const LINES_KEPT = 24;
const LONGEST_LINE = 400;

export interface LastLines {
  readonly lines: readonly string[];
  /** Takes decoded text; pieces of different streams must come through different `splitter`s. */
  splitter(): { write(text: string): void; end(): void };
}

export function createLastLines(onLine: (line: string) => void): LastLines {
  const lines: string[] = [];
  const keep = (raw: string): void => {
    const line = printable(raw);
    if (line === '') return;
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    onLine(line);
  };
  const splitter = (): { write(text: string): void; end(): void } => {
    let rest = '';
    return {
      write(text) {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) keep(part);
        // A line without end must not fill our memory.
        if (rest.length > 4 * LONGEST_LINE) rest = rest.slice(0, 2 * LONGEST_LINE);
      },
      end() {
        keep(rest);
        rest = '';
      },
    };
  };
  return { lines, splitter };
}

/** A model's own names reach this text: no escape sequences on the user's terminal. */
function printable(raw: string): string {
  const line = stripVTControlCharacters(raw)
    .replace(/\t/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trimEnd();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
