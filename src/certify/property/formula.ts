/** What an assertion says, in disjunctive normal form: one of several conjunctions of linear inequalities. */
import { type Affine, added, affineOf } from './affine.ts';
import { propertyError, unsupportedProperty } from './error.ts';
import { type Atom, type Expression, isList, type List, written } from './expression.ts';

/** `left` ≤ 0, or < 0. */
export interface Inequality {
  readonly left: Affine;
  readonly strict: boolean;
}

/** One of the conjunctions holds; [] is false, [[]] is true. */
export type Disjunction = readonly (readonly Inequality[])[];

/** The largest published property (of a network with 32 outputs in lattice form) has a few thousand. */
const MOST_CASES = 1 << 16;
/** Inequalities of all conjunctions together. */
const MOST_INEQUALITIES = 1 << 24;

const COMPARISONS = ['<=', '>=', '<', '>', '='];

/**
 * @param declared the names of all variables
 * @throws GibbonError E_PROPERTY_UNREADABLE, E_PROPERTY_UNSUPPORTED as `affineOf`, and for other connectives, or too many cases
 */
export function disjunctionOf(formula: Expression, declared: ReadonlySet<string>, negated = false): Disjunction {
  if (!isList(formula)) return truth(formula, negated);
  const [head, ...rest] = formula.items;
  const operator = head && !isList(head) ? head.text : '';
  const inner = (expression: Expression, isNegated: boolean): Disjunction => disjunctionOf(expression, declared, isNegated);
  if (COMPARISONS.includes(operator)) return comparison(formula, operator, declared, negated);
  if (operator === 'not' && rest.length === 1) return inner(rest[0] as Expression, !negated);
  if (operator === '=>' && rest.length === 2) {
    const [when, then] = rest as [Expression, Expression];
    return joined([inner(when, !negated), inner(then, negated)], !negated, formula);
  }
  if (operator === 'and' || operator === 'or') {
    if (rest.length === 0) throw propertyError(`${written(formula)} joins nothing`, formula.line);
    return joined(
      rest.map((part) => inner(part, negated)),
      (operator === 'or') !== negated,
      formula,
    );
  }
  if (operator === 'not' || operator === '=>') throw propertyError(`${written(formula)} has ${rest.length} operands`, formula.line);
  throw unsupportedProperty(
    `${written(formula)} is no comparison, and, or, not`,
    formula.line,
    'Write the property with <=, >=, <, >, = of linear terms, joined by and, or.',
  );
}

function truth({ text, line }: Atom, negated: boolean): Disjunction {
  if (text !== 'true' && text !== 'false') throw propertyError(`${written({ text, line })} is no assertion`, line);
  return (text === 'true') === negated ? [] : [[]];
}

const joined = (parts: readonly Disjunction[], isOr: boolean, at: Expression): Disjunction =>
  isOr ? either(parts, at) : parts.reduce<Disjunction>((all, part) => both(all, part, at), [[]]);

function either(parts: readonly Disjunction[], at: Expression): Disjunction {
  assertAffordable(
    parts.reduce((sum, part) => sum + part.length, 0),
    parts.reduce((sum, part) => sum + sizeOf(part), 0),
    at,
  );
  return parts.flat();
}

/** Both hold: every conjunction of the one with every conjunction of the other. */
export function both(a: Disjunction, b: Disjunction, at?: Expression): Disjunction {
  assertAffordable(a.length * b.length, sizeOf(a) * b.length + sizeOf(b) * a.length, at);
  return a.flatMap((one) => b.map((other) => [...one, ...other]));
}

const sizeOf = (disjunction: Disjunction): number => disjunction.reduce((sum, { length }) => sum + length, 0);

function assertAffordable(cases: number, inequalities: number, at: Expression | undefined): void {
  if (cases <= MOST_CASES && inequalities <= MOST_INEQUALITIES) return;
  throw unsupportedProperty(`it has ${cases} cases with ${inequalities} inequalities`, at?.line, 'Cut the property into several files.');
}

/** Comparisons chain: (<= 0 X_0 1) is two of them. */
function comparison(formula: List, operator: string, declared: ReadonlySet<string>, negated: boolean): Disjunction {
  const terms = formula.items.slice(1).map((term) => affineOf(term, declared));
  if (terms.length < 2) throw propertyError(`${written(formula)} compares ${terms.length === 0 ? 'nothing' : 'one term'}`, formula.line);
  const links = terms.slice(1).map((right, i) => link(terms[i] as Affine, right, operator, negated, formula));
  return joined(links, negated, formula);
}

function link(left: Affine, right: Affine, operator: string, negated: boolean, at: Expression): Disjunction {
  const below = (strict: boolean): Inequality => ({ left: added(left, right, -1, at), strict });
  const above = (strict: boolean): Inequality => ({ left: added(right, left, -1, at), strict });
  if (operator === '=') return negated ? [[below(true)], [above(true)]] : [[below(false), above(false)]];
  const strict = operator.length === 1;
  // Not (a ≤ b) is a > b, and not (a < b) is a ≥ b.
  const isBelow = operator.startsWith('<') !== negated;
  return [[(isBelow ? below : above)(strict !== negated)]];
}
