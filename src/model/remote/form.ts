/** What the answers of an endpoint are, and each of them as one score for every class. */
import type { Reading } from './answer.ts';
import type { AnswerForm, EndpointRequest } from './endpoint.ts';

/** What is known of the classes before anything is asked. */
export interface KnownClasses {
  /** In the order that the result shall have, where somebody names them. */
  readonly names?: readonly string[] | undefined;
  /** How many there are at least. */
  readonly atLeast: number;
}

/** The form that fits all readings; a sentence says why where none does. */
export function formOf(readings: readonly Reading[], answers: EndpointRequest['answers'], known: KnownClasses): AnswerForm | string {
  const singles = readings.map(single);
  const widths = new Set(singles.map((one) => (Array.isArray(one) ? one.length : 0)));
  if (widths.size > 1) return 'the answers for different rows are of different lengths';
  const [width = 0] = widths;
  if (width > 0 && answers === 'labels') return { kind: 'labels', names: null, classes: width };
  if (width > 0) return { kind: 'scores', numbers: width };
  if (singles.every((one) => typeof one === 'string')) return byName(singles, 'labels', known);
  if (singles.every((one) => typeof one === 'object')) return byName(singles.flatMap(Object.keys), 'named', known);
  const numbers = singles.filter((one) => typeof one === 'number');
  if (numbers.length < singles.length) return 'the answers for different rows are of different kinds';
  const isWhole = numbers.every((one) => Number.isInteger(one) && one >= 0);
  if (answers === 'scores' || !isWhole) return { kind: 'scores', numbers: 1 };
  return { kind: 'labels', names: null, classes: Math.max(2, known.names?.length ?? 0, known.atLeast, ...numbers.map((one) => one + 1)) };
}

function byName(seen: readonly string[], kind: 'labels' | 'named', { names }: KnownClasses): AnswerForm | string {
  const all = names ?? [...new Set(seen)].sort();
  const unknown = seen.find((name) => indexOf(name, all) < 0);
  if (unknown !== undefined) return `the class “${unknown}” is none of ${all.slice(0, 5).join(', ')}${all.length > 5 ? ', …' : ''}`;
  if (all.length < 2) return `every answer is “${all[0]}”, and nothing names the other classes`;
  return kind === 'named' ? { kind, names: all } : { kind, names: all, classes: all.length };
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_\-.]+/g, '');

function indexOf(name: string, names: readonly string[]): number {
  const exact = names.indexOf(name);
  return exact >= 0 ? exact : names.findIndex((one) => plain(one) === plain(name));
}

/** [3] and "3" are 3. */
function single(reading: Reading): Reading {
  const one = Array.isArray(reading) && reading.length === 1 ? (reading[0] ?? Number.NaN) : reading;
  return typeof one === 'string' && /^\d{1,9}$/.test(one) ? Number(one) : (one as Reading);
}

/** Numbers of an answer as the rest of Gibbon sees it. */
export function outputsOf(form: AnswerForm): number {
  if (form.kind === 'scores') return form.numbers;
  return form.kind === 'labels' ? form.classes : form.names.length;
}

/** One reading as scores: decisions as 1 for the class and 0 for the others. Undefined where it is of another form. */
export function scoresOf(reading: Reading, form: AnswerForm): Float32Array | undefined {
  const one = single(reading);
  if (form.kind === 'named')
    return typeof one === 'object' && !Array.isArray(one) ? named(one as Record<string, number>, form.names) : undefined;
  if (form.kind === 'labels') return hot(labelOf(one, form), form.classes);
  if (typeof one === 'number') return form.numbers === 1 ? Float32Array.of(one) : undefined;
  return Array.isArray(one) && one.length === form.numbers
    ? Float32Array.from(one, (value: number | null) => value ?? Number.NaN)
    : undefined;
}

/** Classes that a server leaves out of its best five count as 0. */
function named(scores: Readonly<Record<string, number>>, names: readonly string[]): Float32Array | undefined {
  const made = new Float32Array(names.length);
  for (const [name, score] of Object.entries(scores)) {
    const at = indexOf(name, names);
    if (at < 0) return undefined;
    made[at] = score;
  }
  return made;
}

function labelOf(one: Reading, { names }: AnswerForm & { readonly kind: 'labels' }): number {
  if (typeof one === 'string') return names ? indexOf(one, names) : -1;
  if (typeof one === 'number') return one;
  return Array.isArray(one) && one.every((value) => typeof value === 'number') ? one.indexOf(Math.max(...one)) : -1;
}

function hot(label: number, classes: number): Float32Array | undefined {
  if (!Number.isInteger(label) || label < 0 || label >= classes) return undefined;
  return new Float32Array(classes).map((_, i) => (i === label ? 1 : 0));
}
