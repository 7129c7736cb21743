// The support matrix of docs/operators.md: every operator, how it is read, how gradients pass, how it was tested and where it occurs.
import { readFileSync } from 'node:fs';
import { CORE_OPS, OPS } from '../dist/ops/table.js';
import { reasonOf } from '../dist/transform/lower/reasons.js';
import { loweredOperators } from '../dist/transform/lower/table.js';
import { table } from './docs-blocks.mjs';

/** Written by bench/operators/support.ts, for it needs the tests' models. */
const SUPPORT = JSON.parse(readFileSync(new URL('./operator-support.json', import.meta.url), 'utf8'));
const NOTHING = { versions: [], core: [], gradient: [], cases: 0, passed: 0, gradients: 0, fixtures: 0, exports: 0 };

/** ONNX Runtime runs nothing older. */
const OLDEST = 7;

const isCore = (name) => CORE_OPS.includes(name);
const isOther = (name) => name.includes('.');

function split(name) {
  const dot = name.lastIndexOf('.');
  return { domain: name.slice(0, Math.max(dot, 0)), op: name.slice(dot + 1) };
}

/** From the first operator set that is run on; up to where it was dropped. */
function sets(name, { versions }) {
  const known = versions.filter((version) => version > 0);
  if (known.length === 0) return '–';
  const first = isOther(name) ? known[0] : Math.max(OLDEST, known[0]);
  return versions.at(-1) === 0 ? `${first} to its removal` : `${first} on`;
}

const MOST = 6;

/** What it becomes; long lists are cut. */
function form(name, { core }) {
  if (isCore(name)) return 'core';
  const rest = core.length > MOST ? `, and ${core.length - MOST} more` : '';
  return core.length === 0 ? 'a constant, or its input' : core.slice(0, MOST).join(', ') + rest;
}

function gradient(name, { gradient: seen }) {
  const stated = isCore(name) ? OPS[name].differentiable : undefined;
  if (stated === 'straight-through') return 'straight-through';
  if (seen.includes('exact')) return seen.includes('straight-through') ? 'exact; straight-through where it rounds' : 'exact';
  if (seen.includes('straight-through')) return 'straight-through';
  if (stated === 'exact') return 'exact';
  return seen[0] ?? (stated === undefined ? '–' : 'none: no float output');
}

const cell = (count, what) => (count === 0 ? [] : [`${count} ${what}`]);

const occurs = ({ fixtures, exports }) =>
  [...cell(fixtures, fixtures === 1 ? 'fixture' : 'fixtures'), ...cell(exports, exports === 1 ? 'export' : 'exports')].join(', ') || '–';

const tested = ({ cases, passed, gradients }) =>
  cases === 0 ? '–' : `${passed} of ${cases}${gradients === 0 ? '' : `, ${gradients} gradients`}`;

/** Operators that are read from files. */
export function supportTable() {
  const rows = loweredOperators().map((name) => {
    const support = SUPPORT[name] ?? NOTHING;
    return [name, sets(name, support), form(name, support), gradient(name, support), tested(support), occurs(support)];
  });
  return `${rows.length} operators.\n\n${table(['operator', 'operator sets', 'lowered to', 'gradient', 'test models', 'occurs in'], rows)}`;
}

/** Operators that are not, with the reason. */
export function unsupportedTable() {
  const read = new Set(loweredOperators());
  const rows = Object.entries(SUPPORT)
    .filter(([name, { versions, fixtures, exports }]) => !read.has(name) && (versions.at(-1) !== 0 || fixtures + exports > 0))
    .map(([name, support]) => [name, reasonOf(split(name)), occurs(support)]);
  return `${rows.length} operators.\n\n${table(['operator', 'why there is no lowering', 'occurs in'], rows)}`;
}
