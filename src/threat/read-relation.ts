/** Reads relations between columns as people write them: `total = a + b`, `rate = paid / "sum owed"`, `a <= b`. */
import { GibbonError } from '../base/errors.ts';
import type { Operation, Relation, Term } from './relation.ts';

/** Numbers, names (in double quotes where they hold anything but letters, digits, _ and .), operators and brackets. */
const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|"([^"]+)"|([\p{L}_][\p{L}\d_.]*)|(<=|>=|=|[-+*/()]))/uy;
const COMPARE = new Set(['=', '<=', '>=']);

type Token = { readonly number: number } | { readonly name: string } | { readonly sign: string };

/** @param placeOf finds a column by its name. @throws GibbonError E_USAGE, which shows where reading ended */
export function readRelation(text: string, placeOf: (name: string) => number): Relation {
  const tokens = tokensOf(text);
  const at = tokens.findIndex((token) => 'sign' in token && COMPARE.has(token.sign));
  if (at < 0) throw unreadable(text, 'it compares nothing');
  const [left, right] = [tokens.slice(0, at), tokens.slice(at + 1)].map((part) => readTerm(part, { text, placeOf })) as [Term, Term];
  const { sign } = tokens[at] as { sign: string };
  if (sign === '=') return { text, kind: 'equal', left, right };
  return sign === '<=' ? { text, kind: 'at-most', left, right } : { text, kind: 'at-most', left: right, right: left };
}

const unreadable = (text: string, why: string): GibbonError =>
  new GibbonError('E_USAGE', `the relation \`${text}\` cannot be read: ${why}`, {
    hint: 'Write it as total = a + b, rate = a / b or a <= b, with the names of columns (in double quotes where they hold spaces or signs) and numbers.',
  });

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw unreadable(text, `nothing is known of \`${text.slice(from).trim()}\``);
    const [, number, quoted, plain, sign] = found;
    tokens.push(number !== undefined ? { number: Number(number) } : sign !== undefined ? { sign } : { name: quoted ?? (plain as string) });
  }
  return tokens;
}

interface Reading {
  readonly text: string;
  readonly placeOf: (name: string) => number;
}

/** Sums of products of factors, from left to right. */
function readTerm(tokens: readonly Token[], { text, placeOf }: Reading): Term {
  let at = 0;
  const next = (...signs: string[]): string | undefined => {
    const token = tokens[at];
    if (!token || !('sign' in token) || !signs.includes(token.sign)) return undefined;
    at++;
    return token.sign;
  };
  const chain = (part: () => Term, ...signs: Operation[]): Term => {
    let term = part();
    for (let op = next(...signs); op !== undefined; op = next(...signs)) term = { op: op as Operation, left: term, right: part() };
    return term;
  };
  const factor = (): Term => {
    if (next('-')) return { op: '-', left: { number: 0 }, right: factor() };
    if (next('(')) {
      const inner = sum();
      if (!next(')')) throw unreadable(text, 'a bracket is not closed');
      return inner;
    }
    const token = tokens[at++];
    if (!token || 'sign' in token) throw unreadable(text, 'a name or a number is missing');
    return 'number' in token ? { number: token.number } : { column: placeOf(token.name) };
  };
  const product = (): Term => chain(factor, '*', '/');
  const sum = (): Term => chain(product, '+', '-');
  const term = sum();
  if (at < tokens.length) throw unreadable(text, 'two things stand side by side');
  return term;
}
