/** One clear sentence about the first thing that does not fit a schema, with the path of the key, and what was probably meant. */
import * as z from 'zod';
import { similar } from '../base/similar.ts';

export interface Misfit {
  readonly message: string;
  readonly hint: string | undefined;
}

type Issue = z.core.$ZodIssue;
type Json = z.core.JSONSchema.BaseSchema;

/** @param given what did not fit; it is quoted in the message */
export function misfit(error: z.ZodError, schema: z.ZodType, given: unknown): Misfit {
  const issue = nearest(error.issues[0] as Issue, []);
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] as string, path, schema);
  const where = pathText(path);
  const said = `${where === '' ? 'it' : where} is ${shown(at(given, path))}`;
  if (issue.code === 'invalid_value' && issue.values.length > 1) {
    const known = issue.values.map(String);
    const meant = similar(String(at(given, path)), known);
    return { message: `${said}, which is none of ${known.join(', ')}`, hint: meant === undefined ? undefined : `Did you mean ${meant}?` };
  }
  return { message: `${said}: ${lowered(issue.message)}`, hint: undefined };
}

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodType): Misfit {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json;
  const known = keysAt(json, path);
  const meant = similar(key, known);
  return {
    message: `there is no ${pathText([...path, key])}`,
    hint:
      meant === undefined
        ? `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`
        : `Did you mean ${pathText([...path, meant])}?`,
  };
}

/** Of a union, the branch that came nearest: one that did not fail at once for the value's type. */
function nearest(issue: Issue, above: readonly PropertyKey[]): Issue {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { ...issue, path };
  const branches = issue.errors.map((branch) => branch[0] as Issue).filter((one) => one !== undefined);
  const typed = branches.filter((one) => one.path.length > 0 || one.code !== 'invalid_type');
  const [best] = typed.sort((a, b) => b.path.length - a.path.length);
  if (best) return nearest(best, path);
  const kinds = branches.map((one) => (one.code === 'invalid_type' ? one.expected : ''));
  return { ...(branches[0] as Issue), path, message: `Expected ${kinds.join(' or ')}` };
}

function keysAt(schema: Json, path: readonly PropertyKey[]): string[] {
  const forms = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])] as Json[];
  const [head, ...rest] = path;
  if (head === undefined) return [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
  const inner = forms.flatMap((form) => {
    const next = form.properties?.[String(head)] ?? (typeof form.items === 'object' ? form.items : form.additionalProperties);
    return typeof next === 'object' && !Array.isArray(next) ? [next as Json] : [];
  });
  return [...new Set(inner.flatMap((form) => keysAt(form, rest)))];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

/** `checks.evasion`, `data[0]`, `gates["evasion.robustAccuracy"]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[\w$-]+$/.test(String(key))) return `[${JSON.stringify(String(key))}]`;
      return `${i === 0 ? '' : '.'}${String(key)}`;
    })
    .join('');
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'function' ? 'a function' : typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  return text === undefined ? typeof value : text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const lowered = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
