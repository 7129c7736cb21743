// The generated parts of docs/checks/: what a check's own value says of it.
import * as z from 'zod';
import { RECORDINGS } from '../dist/attacks/availability/audio/registry.js';
import { CORRUPTIONS } from '../dist/attacks/availability/corruptions/registry.js';
import { frameOf } from '../dist/attacks/availability/frame.js';
import { MICROPHONE } from '../dist/attacks/availability/microphone/registry.js';
import { POLLUTIONS } from '../dist/attacks/availability/pollutions/registry.js';
import { TABLE_CORRUPTIONS } from '../dist/attacks/availability/tables/registry.js';
import { TEXT_CORRUPTIONS } from '../dist/attacks/availability/text/registry.js';
import { NEEDS } from '../dist/audit/checks/needs.js';
import { CHECKS } from '../dist/audit/checks/registry.js';
import { table } from './docs-blocks.mjs';

const code = (text) => `\`${text}\``;

/** Rows of parameters: name, default, values, meaning. */
function parameterRows({ id, params }) {
  const { properties = {} } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, { default: usual, type, enum: values, description = '' }]) => [
    code(`${id}.${name}`),
    usual === undefined ? '' : code(JSON.stringify(usual)),
    values ? values.map(code).join(', ') : (type ?? ''),
    description,
  ]);
}

export function checkHeader(check) {
  const parameters = parameterRows(check);
  const facts = [
    ['command', code(`gibbon audit … --only ${check.id}`)],
    ['category', check.category],
    ['passes as', check.title],
    ['fails as', check.failureTitle],
    ['needs', check.needs.length === 0 ? 'model and data' : check.needs.map((need) => NEEDS[need].means).join(', ')],
    ['kinds of data', check.modalities ? check.modalities.join(', ') : 'all'],
    ['quick preset', check.isSlow ? 'left out, unless asked for by name' : 'runs'],
    ['standards', check.tags.map(code).join(', ')],
    ['figures', check.figures.map(code).join(', ')],
  ];
  return [
    check.why,
    table(['', ''], facts),
    ...(parameters.length === 0 ? [] : [table(['parameter (`--set`)', 'default', 'values', 'meaning'], parameters)]),
  ].join('\n\n');
}

export const checkList = () =>
  table(
    ['check', 'category', 'why'],
    CHECKS.map(({ id, category, why }) => [`[${id}](checks/${id}.md)`, category, why]),
  );

/** Parameters of the corruptions of pictures, for 32 px and from 224 px on. */
export function corruptionTable(size) {
  const frame = frameOf({ channels: 3, height: size, width: size }, 1);
  const severities = [1, 2, 3, 4, 5];
  return table(
    ['corruption', 'family', ...severities.map(String)],
    CORRUPTIONS.map((unit) => [
      `${code(unit.id)}${unit.isExtra ? ' (extra)' : ''}`,
      unit.family,
      ...severities.map((severity) => unit.describe(frame, severity)),
    ]),
  );
}

/** Parameters of the corruptions of recordings, texts and table rows. */
export function otherCorruptions(kind) {
  const frame = { batch: 1, channels: 1, height: 1, width: 16000, set: 'large', scale: 1 };
  const units = {
    recordings: RECORDINGS.map((unit) => ({
      ...unit,
      severities: Array.from({ length: unit.severities }, (_, i) => unit.describe(frame, i + 1)),
    })),
    texts: TEXT_CORRUPTIONS,
    tables: TABLE_CORRUPTIONS,
  }[kind];
  const severities = [0, 1, 2, 3, 4];
  return table(
    ['corruption', 'name', 'family', ...severities.map((i) => String(i + 1))],
    units.map((unit) => [code(unit.id), unit.name, unit.family, ...severities.map((i) => unit.severities[i] ?? '')]),
  );
}

/** Severities of the pollutions of a lens and a sensor, and of the faults of a microphone. */
export function pollutionTable(kind) {
  const frame = { batch: 1, channels: 3, height: 224, width: 224, set: 'large', scale: 1 };
  const severities = [1, 2, 3, 4, 5, 6];
  return table(
    ['pollution', 'name', 'where', ...severities.map(String)],
    (kind === 'pictures' ? POLLUTIONS : MICROPHONE).map((unit) => [
      code(unit.id),
      unit.name,
      unit.family,
      ...severities.map((severity) => unit.describe(frame, severity)),
    ]),
  );
}
