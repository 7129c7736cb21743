/** Terms of VNN-LIB as affine expressions of inputs and outputs: +, −, products with a number, divisions by one. */
import { propertyError, unsupportedProperty } from './error.ts';
import { type Expression, isList, type List, written } from './expression.ts';

/** constant + Σ weight·variable; keys are those of `Variables`, weights may be 0. */
export interface Affine {
  readonly weights: ReadonlyMap<string, number>;
  readonly constant: number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const constantOf = (constant: number): Affine => ({ weights: new Map(), constant });

/**
 * @param declared the names of all variables
 * @throws GibbonError E_PROPERTY_UNREADABLE for undeclared names, wrong arity, and numbers that are not finite; E_PROPERTY_UNSUPPORTED for products of variables
 */
export function affineOf(term: Expression, declared: ReadonlySet<string>): Affine {
  if (isList(term)) return operation(term, declared);
  if (NUMBER.test(term.text)) return constantOf(finite(Number(term.text), term));
  if (declared.has(term.text)) return { weights: new Map([[term.text, 1]]), constant: 0 };
  const isName = /^[XY]_\d+$/.test(term.text);
  throw propertyError(isName ? `${written(term)} is not declared` : `${written(term)} is neither a number nor a variable`, term.line);
}

function finite(value: number, at: Expression): number {
  if (Number.isFinite(value)) return value;
  throw propertyError(`${written(at)} is not a finite number`, at.line);
}

function operation(term: List, declared: ReadonlySet<string>): Affine {
  const [head, ...rest] = term.items;
  const operator = head && !isList(head) ? head.text : '';
  if (!['+', '-', '*', '/'].includes(operator)) {
    throw unsupportedProperty(
      `${written(term)} is no sum, difference or multiple`,
      term.line,
      'Certificates are for linear properties: sums and differences of inputs and outputs, and products with numbers.',
    );
  }
  const operands = rest.map((operand) => affineOf(operand, declared));
  const [first, ...others] = operands;
  if (!first) throw propertyError(`${written(term)} has no operands`, term.line);
  if (operator === '-' && others.length === 0) return scaled(first, -1, term);
  if (operator === '+') return others.reduce((sum, next) => added(sum, next, 1, term), first);
  if (operator === '-') return others.reduce((sum, next) => added(sum, next, -1, term), first);
  if (operator === '*') return others.reduce((product, next) => multiplied(product, next, term), first);
  if (others.length === 0) throw propertyError(`${written(term)} divides by nothing`, term.line);
  return others.reduce((quotient, next) => divided(quotient, next, term), first);
}

/** a + sign·b. @throws GibbonError E_PROPERTY_UNREADABLE where a sum is beyond what double precision holds */
export function added(a: Affine, b: Affine, sign: 1 | -1, at: Expression): Affine {
  const weights = new Map(a.weights);
  for (const [name, weight] of b.weights) weights.set(name, finite((weights.get(name) ?? 0) + sign * weight, at));
  return { weights, constant: finite(a.constant + sign * b.constant, at) };
}

function scaled({ weights, constant }: Affine, factor: number, at: Expression): Affine {
  return {
    weights: new Map([...weights].map(([name, weight]) => [name, finite(weight * factor, at)])),
    constant: finite(constant * factor, at),
  };
}

function multiplied(a: Affine, b: Affine, at: Expression): Affine {
  if (a.weights.size === 0) return scaled(b, a.constant, at);
  if (b.weights.size === 0) return scaled(a, b.constant, at);
  throw unsupportedProperty(
    `${written(at)} multiplies variables`,
    at.line,
    'Certificates are for linear properties: one factor must be a number.',
  );
}

function divided(a: Affine, b: Affine, at: Expression): Affine {
  if (b.weights.size > 0) {
    throw unsupportedProperty(
      `${written(at)} divides by a variable`,
      at.line,
      'Certificates are for linear properties: divide by numbers only.',
    );
  }
  if (b.constant === 0) throw propertyError(`${written(at)} divides by zero`, at.line);
  return {
    weights: new Map([...a.weights].map(([name, weight]) => [name, finite(weight / b.constant, at)])),
    constant: finite(a.constant / b.constant, at),
  };
}
