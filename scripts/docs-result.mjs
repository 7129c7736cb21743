// The JSON result as Markdown tables: types from its zod schema, meanings from the comments beside it in src/audit/result.ts.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as z from 'zod';
import { auditResult } from '../dist/audit/result.js';
import { table } from './docs-blocks.mjs';

const SOURCES = [
  'audit/proportion',
  'audit/result',
  'audit/certificates/result',
  'audit/check-result',
  'audit/metric',
  'audit/finding',
  'audit/details',
  'threat/threat-model',
].map((name) => new URL(`../src/${name}.ts`, import.meta.url));

/** Every `const name = …` of a file. */
function declare(found, file) {
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      found.set(name.getText(file), { initializer, comment: textOf(statement) });
  }
}

/** The doc comment of a node on one line. */
function textOf(node) {
  const [doc] = node.jsDoc ?? [];
  const text = typeof doc?.comment === 'string' ? doc.comment : '';
  return text.replace(/\s+/g, ' ').trim();
}

/** Comments by path, e.g. "models[].summary.robustAccuracy". */
export function commentsByPath() {
  const known = new Map();
  for (const source of SOURCES)
    declare(known, ts.createSourceFile('result.ts', readFileSync(source, 'utf8'), ts.ScriptTarget.Latest, true));
  const comments = new Map();
  const visit = (node, path) => {
    if (ts.isIdentifier(node)) {
      const target = known.get(node.text);
      if (!target) return;
      // What a proportion is stands once, under its own heading.
      if (target.comment && node.text !== 'proportion' && !comments.has(path)) comments.set(path, target.comment);
      visit(target.initializer, path);
    } else if (ts.isPropertyAccessExpression(node)) {
      visit(node.expression, path);
    } else if (ts.isCallExpression(node)) {
      const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : '';
      const inner = method === 'array' ? `${path}[]` : method === 'record' ? `${path}.*` : path;
      // The forms of a union stand under their own headings.
      if (method === 'discriminatedUnion') return;
      // X.nullable() keeps X under the same path; z.object(…) and z.array(…) carry theirs as an argument.
      visit(node.expression, path);
      for (const argument of node.arguments) visit(argument, inner);
    } else if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property)) continue;
        const at = path === '' ? property.name.text : `${path}.${property.name.text}`;
        const comment = textOf(property);
        if (comment) comments.set(at, comment);
        visit(ts.isPropertyAssignment(property) ? property.initializer : property.name, at);
      }
    }
  };
  visit(known.get('auditResult').initializer, '');
  return comments;
}

/** [schema without null, may it be null?] */
function nonNull(schema) {
  if (Array.isArray(schema.type)) return [{ ...schema, type: schema.type.find((type) => type !== 'null') }, schema.type.includes('null')];
  const options = schema.anyOf;
  if (!options?.some(({ type }) => type === 'null')) return [schema, false];
  const rest = options.filter(({ type }) => type !== 'null');
  return [rest.length === 1 ? rest[0] : { anyOf: rest }, true];
}

const isProportion = ({ properties = {} }) => ['value', 'count', 'n', 'low', 'high'].every((key) => key in properties);

function typeName(schema) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.oneOf) return '[detail](#details)';
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' or ');
  if (schema.type === 'array') return `list of ${typeName(schema.items)}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object' && !schema.properties)
    return Object.keys(schema.additionalProperties).length === 0 ? 'object' : `${typeName(schema.additionalProperties)} by name`;
  if (schema.type === 'object') return isProportion(schema) ? '[proportion](#proportions)' : 'object';
  return schema.type ?? 'anything';
}

/** One table per level: the top, a model, and each object inside a model. */
export function resultTables() {
  const comments = commentsByPath();
  const parts = [];
  const forms = [];
  const rowsOf = (schema, path) =>
    Object.entries(schema.properties).map(([name, given]) => {
      const at = path === '' ? name : `${path}.${name}`;
      const [inner, nullable] = nonNull(given);
      const item = inner.type === 'array' ? nonNull(inner.items)[0] : inner;
      const deeper = inner.type === 'array' ? `${at}[]` : at;
      const each = inner.type === 'object' && typeof inner.additionalProperties === 'object' ? inner.additionalProperties : undefined;
      // What a metric is stands once.
      if (each?.properties && !at.startsWith('checks[].timings')) queue.push([each, `${at}.*`]);
      // The forms of the evidence are the same everywhere.
      if (item.oneOf && at === 'checks[].details') forms.push(...item.oneOf);
      if (item.type === 'object' && item.properties && !isProportion(item)) queue.push([item, deeper]);
      return [`\`${name}\``, `${typeName(inner)}${nullable ? ' or null' : ''}`, comments.get(at) ?? ''];
    });
  const queue = [[z.toJSONSchema(auditResult, { reused: 'inline' }), '']];
  while (queue.length > 0) {
    const [schema, path] = queue.shift();
    // The first model's summary is repeated at the top; it is described once, in the model.
    if (path === 'summary') continue;
    parts.push(`### ${path === '' ? 'The file' : `\`${path}\``}\n\n${table(['field', 'type', 'meaning'], rowsOf(schema, path))}`);
  }
  const details = forms.map((form) => {
    const kind = form.properties.kind.const;
    const rows = Object.entries(form.properties).filter(([name]) => name !== 'kind');
    return `#### \`${kind}\`\n\n${table(
      ['field', 'type'],
      rows.map(([name, given]) => [`\`${name}\``, shapeOf(given)]),
    )}`;
  });
  return [...parts, '### Details', 'Evidence comes in these forms; `kind` says which.', ...details].join('\n\n');
}

/** A type with what is inside it, on one line. */
function shapeOf(given) {
  const [schema, nullable] = nonNull(given);
  const suffix = nullable ? ' or null' : '';
  if (schema.type === 'array') return `list of ${shapeOf(schema.items)}${suffix}`;
  if (schema.type !== 'object' || !schema.properties) return `${typeName(schema)}${suffix}`;
  const required = new Set(schema.required ?? []);
  return `{ ${Object.entries(schema.properties)
    .map(([name, inner]) => `${name}${required.has(name) ? '' : '?'}: ${shapeOf(inner)}`)
    .join(', ')} }${suffix}`;
}

export const resultSchema = () => ({ title: 'Result of a Gibbon audit', ...z.toJSONSchema(auditResult) });
