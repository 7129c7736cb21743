/** Reads VNN-LIB 1.0 (Guidotti, Demarchi, Tacchella and Pulina, vnnlib.org), the form of properties of the verification competitions. */
import type { Affine } from './affine.ts';
import { propertyError, unsupportedProperty } from './error.ts';
import { commandsOf, isList, type List, shown, written } from './expression.ts';
import { both, type Disjunction, disjunctionOf, type Inequality } from './formula.ts';
import { textOf } from './inflate.ts';
import type { Box, Conjunction, InputCase, LinearConstraint, Property, Term } from './property.ts';

/** What solvers are told, and says nothing of the property. */
const IGNORED = new Set(['set-logic', 'set-info', 'set-option', 'check-sat', 'get-model', 'get-value', 'exit']);
const VERSION_2 = new Set(['vnnlib-version', 'declare-network', 'declare-input', 'declare-output', 'declare-hidden']);

/** Values of all inputs, or outputs, together; ImageNet has 150 528. */
const MOST_VARIABLES = 1 << 24;

/**
 * The property of a .vnnlib file, or of one packed with gzip (told by its first bytes).
 * Inequalities of one input alone, also inside an `or`, become boxes; their bounds are rounded to double precision.
 * @throws GibbonError E_PROPERTY_UNREADABLE, E_PROPERTY_UNSUPPORTED, with the line
 */
export function readVnnlib(bytes: Uint8Array): Property {
  const declared = new Set<string>();
  const always: Inequality[] = [];
  let cases: Disjunction = [[]];
  for (const command of commandsOf(textOf(bytes))) {
    const asserted = obeyed(command, declared);
    if (asserted?.length === 1) for (const inequality of asserted[0] as Inequality[]) always.push(inequality);
    else if (asserted) cases = both(cases, asserted, command);
  }
  const inputs = countOf(declared, 'X');
  const outputs = countOf(declared, 'Y');
  return { inputs, outputs, cases: casesOf(always, cases, inputs) };
}

/** Notes a declaration; returns what an assertion says. */
function obeyed(command: List, declared: Set<string>): Disjunction | undefined {
  const [head, ...rest] = command.items;
  const name = head && !isList(head) ? head.text : '';
  if (name === 'assert') {
    const [formula] = rest;
    if (!formula || rest.length > 1) throw propertyError(`assert takes one formula, not ${rest.length}`, command.line);
    return disjunctionOf(formula, declared);
  }
  if (name === 'declare-const' || name === 'declare-fun') declare(command, declared);
  else if (VERSION_2.has(name)) {
    throw unsupportedProperty(
      'it is written in VNN-LIB 2',
      command.line,
      'Gibbon reads VNN-LIB 1.0: inputs X_0, X_1, … and outputs Y_0, Y_1, …',
    );
  } else if (!IGNORED.has(name)) throw propertyError(`there is no command ${written(command)}`, command.line);
  return undefined;
}

function declare(command: List, declared: Set<string>): void {
  const [head, name, ...type] = command.items;
  const isFunction = head !== undefined && !isList(head) && head.text === 'declare-fun';
  const [parameters, sort] = isFunction ? type : [undefined, type[0]];
  const isWellFormed =
    type.length === (isFunction ? 2 : 1) && (!isFunction || (parameters && isList(parameters) && parameters.items.length === 0));
  if (!name || isList(name) || !sort || isList(sort) || !isWellFormed)
    throw propertyError(`${written(command)} is no declaration`, command.line);
  if (sort.text !== 'Real') {
    throw unsupportedProperty(
      `${shown(name.text)} is of the sort ${shown(sort.text)}`,
      command.line,
      'Inputs and outputs are of the sort Real.',
    );
  }
  if (!/^[XY]_(0|[1-9]\d{0,8})$/.test(name.text)) {
    throw unsupportedProperty(
      `${shown(name.text)} is neither an input nor an output`,
      command.line,
      'Inputs are called X_0, X_1, …, outputs Y_0, Y_1, …, over all inputs and outputs of the model, flattened.',
    );
  }
  if (declared.has(name.text)) throw propertyError(`${name.text} is declared twice`, command.line);
  declared.add(name.text);
}

/** Variables of that letter. @throws GibbonError E_PROPERTY_UNREADABLE where there are none, or one is missing */
function countOf(declared: ReadonlySet<string>, letter: 'X' | 'Y'): number {
  const count = [...declared].filter((name) => name.startsWith(letter)).length;
  if (count === 0) throw propertyError(`it declares no ${letter === 'X' ? 'inputs (X_0, …)' : 'outputs (Y_0, …)'}`);
  if (count > MOST_VARIABLES) throw propertyError(`it declares ${count} variables`);
  for (let i = 0; i < count; i++)
    if (!declared.has(`${letter}_${i}`)) throw propertyError(`${letter}_${i} is not declared, though ${letter}_s of higher numbers are`);
  return count;
}

/** Conjunctions whose input constraints are the same share a box. */
function casesOf(always: readonly Inequality[], cases: Disjunction, inputs: number): InputCase[] {
  const base = narrowed(unbounded(inputs), always);
  const common = always.flatMap(remaining);
  const boxes = new Map<string, { box: Box; violations: Conjunction[] }>();
  for (const conjunction of cases) {
    const limits = conjunction.flatMap(limitOf);
    const key = limits.map(({ index, upper, value }) => `${index}${upper ? '<' : '>'}${value}`).join(' ');
    const known = boxes.get(key) ?? { box: narrowed(base, conjunction), violations: [] };
    boxes.set(key, known);
    known.violations.push([...common, ...conjunction.flatMap(remaining)].filter((constraint) => !isAlways(constraint)));
  }
  const possible = [...boxes.values()].map(({ box, violations }) => ({ box, violations: violations.filter((one) => !one.some(isNever)) }));
  for (const { box } of possible) assertBounded(box);
  return possible.filter(({ box, violations }) => violations.length > 0 && box.lower.every((low, i) => low <= (box.upper[i] as number)));
}

const unbounded = (size: number): Box => ({
  lower: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
  upper: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
});

interface Limit {
  readonly index: number;
  readonly upper: boolean;
  readonly value: number;
}

/** An inequality of one input alone as a bound of it. */
function limitOf({ left }: Inequality): Limit[] {
  const { inputs, outputs, bound } = constraintOf({ left, strict: false });
  const [only] = inputs;
  if (!only || inputs.length > 1 || outputs.length > 0) return [];
  // + 0: the bound is never −0, which would make two boxes of one.
  return [{ index: only.index, upper: only.weight > 0, value: bound / only.weight + 0 }];
}

function narrowed({ lower, upper }: Box, inequalities: readonly Inequality[]): Box {
  const box = { lower: lower.slice(), upper: upper.slice() };
  for (const { index, upper: isUpper, value } of inequalities.flatMap(limitOf)) {
    if (isUpper) box.upper[index] = Math.min(box.upper[index] as number, value);
    else box.lower[index] = Math.max(box.lower[index] as number, value);
  }
  return box;
}

/** What a box cannot say of an inequality. */
function remaining(inequality: Inequality): LinearConstraint[] {
  return limitOf(inequality).length > 0 && !inequality.strict ? [] : [constraintOf(inequality)];
}

function constraintOf({ left, strict }: Inequality): LinearConstraint {
  return { inputs: termsOf(left, 'X'), outputs: termsOf(left, 'Y'), bound: 0 - left.constant, strict };
}

function termsOf({ weights }: Affine, letter: 'X' | 'Y'): Term[] {
  return [...weights]
    .filter(([name, weight]) => name.startsWith(letter) && weight !== 0)
    .map(([name, weight]) => ({ index: Number(name.slice(2)), weight }))
    .sort((a, b) => a.index - b.index);
}

const isConstant = ({ inputs, outputs }: LinearConstraint): boolean => inputs.length === 0 && outputs.length === 0;
const isAlways = (one: LinearConstraint): boolean => isConstant(one) && (one.strict ? one.bound > 0 : one.bound >= 0);
const isNever = (one: LinearConstraint): boolean => isConstant(one) && !isAlways(one);

function assertBounded({ lower, upper }: Box): void {
  const open = lower.findIndex((low, i) => !Number.isFinite(low) || !Number.isFinite(upper[i]));
  if (open < 0) return;
  const side = Number.isFinite(lower[open]) ? 'upper' : 'lower';
  throw unsupportedProperty(`X_${open} has no ${side} bound`, undefined, 'Certificates are for boxes: bound every input from both sides.');
}
