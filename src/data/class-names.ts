/** Reads the names of a model's classes, in the order of its outputs. */
import { GibbonError } from '../base/errors.ts';
import { parseJson, readText, textLines } from './label-file.ts';

/**
 * Reads a JSON array of names, a JSON object {"0": "name", …} or {"name": 0, …}, or a text file with one name per line.
 * Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE (also for names that are empty or given twice).
 */
export async function classNamesFrom(path: string): Promise<string[]> {
  const text = await readText(path);
  const names = /^\s*[[{]/.test(text) ? fromJson(parseJson(text, path), path) : textLines(text);
  const empty = names.indexOf('');
  if (empty !== -1) throw unreadable(path, names.length === 1 ? 'it is empty' : `name ${empty} is empty`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  // Two outputs of one name (ImageNet's "crane" and "maillot") are known to happen: they stay, and matching by name refuses the ambiguous ones.
  if (twice !== undefined && new Set(names).size < names.length / 2)
    throw unreadable(path, `most names are given more than once, e.g. ${twice}`);
  return names;
}

function unreadable(path: string, reason: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${path} is no file of class names: ${reason}.`, {
    hint: "Give a JSON array of names, or one name per line, in the order of the model's outputs.",
  });
}

function fromJson(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')) return value;
  if (Array.isArray(value) || typeof value !== 'object' || value === null) throw unreadable(path, 'its JSON is no array of names');
  const entries = Object.entries(value);
  // {"name": 0} is what Keras' class_indices and datasets' label2id look like.
  const byName = entries.every(([, index]) => Number.isInteger(index));
  const names: string[] = [];
  for (const [key, item] of entries) {
    const [index, name] = byName ? [item as number, key] : [Number(key), item as unknown];
    if (typeof name !== 'string' || !Number.isInteger(index) || index < 0 || index >= entries.length)
      throw unreadable(path, `the entry ${key} is no pair of class number and name, with numbers from 0 to ${entries.length - 1}`);
    names[index] = name;
  }
  if (names.length !== entries.length || entries.length === 0 || names.some((name) => name === undefined))
    throw unreadable(path, 'two entries have the same class number, or it is empty');
  return names;
}
