/** Finds the answers for so many rows in a JSON document: at a path that was given, or at the places where the usual servers put them. */
import type { Json } from './endpoint.ts';

/** What is said of one row: numbers (null where JSON has no number for it), a number, a class by name, or scores under the names of classes. */
export type Reading = readonly (number | null)[] | number | string | Readonly<Record<string, number>>;

export interface Located {
  readonly path: string;
  readonly readings: readonly Reading[];
}

/** JSON as programs write it: Python leaves NaN and Infinity bare, which stand for no number here. Undefined where it is none. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return again(text.replace(/(?<=[[,:\s])-?(?:NaN|Infinity)(?=[\],}\s])/g, 'null'));
  }
}

function again(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The answers at a path (`predictions`, `outputs[0]`, `results[].scores`, `$` for the whole); undefined where there are not `rows` of them. */
export function answersAt(json: Json, path: string, rows: number): readonly Reading[] | undefined {
  const node = nodeAt(json, steps(path));
  return node === undefined ? undefined : rowsIn(node, rows);
}

const EACH = '[]';

/** Is this a path that can be read? */
export const isPath = (path: string): boolean => path === '$' || /^(?:[^.[\]]+|\[\d*\])(?:\.[^.[\]]+|\[\d*\])*$/.test(path);

function steps(path: string): string[] {
  return path === '$' ? [] : (path.match(/[^.[\]]+|\[\d*\]/g) ?? []);
}

function nodeAt(node: Json | undefined, [step, ...rest]: readonly string[]): Json | undefined {
  if (step === undefined || node === undefined) return node;
  if (step === EACH) {
    if (!isList(node)) return undefined;
    const found = node.map((one) => nodeAt(one, rest));
    return found.some((one) => one === undefined) ? undefined : (found as Json[]);
  }
  if (step.startsWith('[')) return isList(node) ? nodeAt(node[Number(step.slice(1, -1))], rest) : undefined;
  return isObject(node) ? nodeAt(node[step], rest) : undefined;
}

const isList = (node: Json | undefined): node is readonly Json[] => Array.isArray(node);
const isObject = (node: Json | undefined): node is { readonly [key: string]: Json } =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** The node as one reading for each row. */
function rowsIn(node: Json, rows: number): readonly Reading[] | undefined {
  const list = isObject(node) && isList(node.data) && isList(node.shape) ? tensorRows(node.data, node.shape, rows) : node;
  if (isList(list) && list.length === rows) {
    const found = list.map(readingOf);
    if (found.every((one) => one !== undefined)) return found;
  }
  if (rows !== 1 || list === undefined) return undefined;
  // An endpoint that takes one example may answer without a list around it.
  const only = readingOf(list);
  return only === undefined ? undefined : [only];
}

/** A tensor of KServe's protocol: numbers in a row, and their shape. */
function tensorRows(data: readonly Json[], shape: readonly Json[], rows: number): Json | undefined {
  const flat = flattened(data);
  if (shape[0] !== rows || flat.length % rows !== 0) return undefined;
  const width = flat.length / rows;
  return shape.length === 1 ? flat : Array.from({ length: rows }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

const flattened = (node: Json): Json[] => (isList(node) ? node.flatMap(flattened) : [node]);

function readingOf(node: Json): Reading | undefined {
  if (typeof node === 'number' || typeof node === 'string') return node;
  if (isList(node)) return listReading(node);
  if (!isObject(node)) return undefined;
  const entries = Object.entries(node);
  return entries.length > 1 && entries.every(([, value]) => typeof value === 'number')
    ? (node as Readonly<Record<string, number>>)
    : undefined;
}

const SCORE_OF_NAME = ['score', 'probability', 'prob', 'confidence'];

function listReading(list: readonly Json[]): Reading | undefined {
  if (list.length > 0 && list.every((one) => typeof one === 'number' || one === null)) return list as readonly (number | null)[];
  const [only] = list;
  if (list.length === 1 && only !== undefined && isList(only)) return listReading(only);
  const named = list.map((one): [string, number] | undefined => {
    if (!isObject(one)) return undefined;
    const name = one.label ?? one.class ?? one.name;
    const score = SCORE_OF_NAME.map((key) => one[key]).find((value) => typeof value === 'number');
    return (typeof name === 'string' || typeof name === 'number') && typeof score === 'number' ? [String(name), score] : undefined;
  });
  return list.length > 0 && named.every((one) => one !== undefined) ? Object.fromEntries(named) : undefined;
}

const SCORES = ['probabilities', 'probability', 'probs', 'scores', 'logits', 'softmax', 'confidences'];
const CONTAINERS = ['predictions', 'outputs', 'results', 'prediction', 'output', 'result', 'response', 'data', 'body'];
const LABELS = ['label', 'labels', 'class', 'classes', 'class_id', 'predicted_class', 'predicted_label', 'category'];
const DEEPEST = 4;

/** The likeliest place: one that holds scores before one that holds decisions, as near to the top as there is one. */
export function locate(json: Json, rows: number): Located | undefined {
  const found = places(json, [], rows).flatMap((path): Located[] => {
    const readings = answersAt(json, path, rows);
    return readings ? [{ path, readings }] : [];
  });
  return found.find(({ readings }) => readings.every(isScores)) ?? found[0];
}

const isTensor = (node: { readonly [key: string]: Json }): boolean => isList(node.data) && isList(node.shape);

const isScores = (reading: Reading): boolean => typeof reading === 'object' && (!Array.isArray(reading) || reading.length > 1);

function places(node: Json, path: readonly string[], rows: number): string[] {
  const own = pathText(path);
  if (path.length >= DEEPEST) return [own];
  if (isList(node)) {
    const [first] = node;
    const inner = isObject(first) ? Object.keys(first) : [];
    const each = [...SCORES, ...LABELS].filter((key) => inner.includes(key)).map((key) => pathText([...path, EACH, key]));
    // Lists of outputs, one for each head of the network.
    const heads = isObject(first) ? node.slice(0, 8).flatMap((one, i) => places(one, [...path, `[${i}]`], rows)) : [];
    return [...(node.length === rows ? each : []), own, ...heads];
  }
  if (!isObject(node) || isTensor(node)) return [own];
  const keys = [...SCORES, ...CONTAINERS, ...LABELS].filter((key) => key in node);
  return [...keys.flatMap((key) => places(node[key] as Json, [...path, key], rows)), own];
}

function pathText(path: readonly string[]): string {
  return path.length === 0 ? '$' : path.map((step, i) => (i === 0 || step.startsWith('[') ? step : `.${step}`)).join('');
}
