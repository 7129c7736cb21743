/** S-expressions of SMT-LIB, on which VNN-LIB is built: one command after the other, so that files with many inputs need little memory. */
import { propertyError } from './error.ts';

/** A symbol or a number as it is written, or a list. `line` counts from 1. */
export type Expression = Atom | List;

export interface Atom {
  readonly text: string;
  readonly line: number;
}

export interface List {
  readonly items: readonly Expression[];
  readonly line: number;
}

/** Published properties nest five deep. */
const DEEPEST = 200;

export const isList = (expression: Expression): expression is List => 'items' in expression;

/** A comment, |a quoted symbol|, "a string", a bracket, or anything up to the next space, bracket or comment. */
const TOKEN = /;[^\n]*|\|[^|]*\||"[^"]*"|[()]|[^\s();"|]+|\n|["|]/g;

interface Open {
  readonly items: Expression[];
  readonly line: number;
}

/**
 * The commands of a file.
 * @throws GibbonError E_PROPERTY_UNREADABLE for brackets that do not match, deep nesting, and what stands outside brackets
 */
export function* commandsOf(text: string): Generator<List> {
  const open: Open[] = [];
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n') line++;
    else if (token === '(') {
      if (open.length === DEEPEST) throw propertyError(`brackets nest more than ${DEEPEST} deep`, line);
      open.push({ items: [], line });
    } else if (token === ')') {
      const closed = open.pop();
      if (!closed) throw propertyError('a closing bracket has no opening one', line);
      const around = open.at(-1);
      if (around) around.items.push(closed);
      else yield closed;
    } else if (!token.startsWith(';')) {
      addAtom(open.at(-1), token, line);
      line += token.split('\n').length - 1;
    }
  }
  const unclosed = open[0];
  if (unclosed) throw propertyError('the file ends before this bracket is closed', unclosed.line);
}

function addAtom(open: Open | undefined, token: string, line: number): void {
  if (token === '"' || token === '|') throw propertyError('a quotation has no end', line);
  if (!open) throw propertyError(`${shown(token)} stands outside of any command`, line);
  open.items.push({ text: token.startsWith('|') ? token.slice(1, -1) : token, line });
}

const SHOWN = 40;

/** What is written there, cut to a length that fits into a message, without control characters. */
export function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a hostile file must not steer the terminal
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}

/** An expression as text, for messages. */
export function written(expression: Expression): string {
  return shown(textOf(expression, SHOWN + 1));
}

function textOf(expression: Expression, room: number): string {
  if (!isList(expression)) return expression.text.slice(0, room);
  let text = '(';
  for (const item of expression.items) {
    if (text.length > room) break;
    text += `${text === '(' ? '' : ' '}${textOf(item, room - text.length)}`;
  }
  return `${text})`;
}
