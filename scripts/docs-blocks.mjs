// What the pages of docs/ say that the code knows better: attacks, operators, errors, the command line. Each function returns Markdown.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { aims, KINDS, misfitOf } from '../dist/attacks/misfit.js';
import { ATTACKS } from '../dist/attacks/registry.js';
import { PLANS, scoreAttack } from '../dist/audit/presets.js';
import { ERROR_CODES } from '../dist/base/errors.js';
import { attackCommand } from '../dist/cli/attack.js';
import { CORE_OPS, OPS } from '../dist/ops/table.js';
import { REWRITTEN } from '../dist/transform/bounds/bound-form.js';
import { loweredOperators } from '../dist/transform/lower/table.js';

const bin = fileURLToPath(new URL('../bin/gibbon.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** A Markdown table; a pipe inside a cell would end it. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** arXiv numbers become links; other citations stay as they are. */
const cited = (paper) => paper.replace(/arXiv:(\d{4}\.\d{4,5})/g, '[arXiv:$1](https://arxiv.org/abs/$1)');

const KNOWLEDGE = {
  gradients: 'the model and its gradients',
  scores: 'scores',
  labels: 'the decision alone',
  nothing: 'nothing',
};
const AIM = { budget: 'the strongest point within epsilon', minimal: 'the nearest point that fools the model' };

/** Type and bounds of a parameter, from its JSON schema. */
function values(schema) {
  if (schema.anyOf) return schema.anyOf.map(values).join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'boolean') return 'on or off';
  const kind = schema.type === 'integer' ? 'whole number' : schema.type;
  if (schema.exclusiveMinimum !== undefined) return `${kind} above ${schema.exclusiveMinimum}`;
  return schema.minimum !== undefined && schema.minimum > Number.MIN_SAFE_INTEGER ? `${kind} from ${schema.minimum}` : kind;
}

function parameterRows(unit) {
  const { properties = {} } = z.toJSONSchema(unit.params, { io: 'input' });
  const command = attackCommand({ version, signal: new AbortController().signal, command: '' }).commands.find(
    (one) => one.name() === unit.id,
  );
  return Object.entries(properties).map(([name, schema]) => {
    const option = command.options.find(({ long }) => long === `--${kebab(name)}` || long === `--no-${kebab(name)}`);
    const fallback =
      schema.default === undefined ? '–' : schema.default === true ? 'on' : schema.default === false ? 'off' : code(schema.default);
    return [code(option.flags.replace(' <value>', '')), code(name), fallback, values(schema), schema.description ?? ''];
  });
}

/** Which presets run this attack, and with what. */
function presetRows(unit) {
  return Object.entries(PLANS).flatMap(([preset, plan]) =>
    [...plan.attacks, ...plan.text]
      .filter(({ id }) => id === unit.id)
      .map(({ params, limit, maxSize }) => {
        const given = Object.entries(params).map(([name, value]) => `${name} ${value}`);
        const n = unit.norms.includes('edits') ? Math.min(plan.n, plan.queried.n) : plan.n;
        const on = limit === undefined ? `all correct ones of ${n}` : `the first ${limit} correct ones`;
        return [
          code(preset),
          given.join(', ') || 'defaults',
          `${on}${maxSize === undefined ? '' : `; inputs of at most ${maxSize} numbers`}`,
        ];
      }),
  );
}

/** Attacks that take the place of gradient attacks. */
const CONDITIONAL = ['image', 'table'].map((modality) => scoreAttack({ modality, norm: 'linf' }));

const withoutPreset = ({ id }) =>
  CONDITIONAL.includes(id)
    ? 'Presets run it where the model or the data ask for it: see below.'
    : 'No preset runs it as an attack of its own.';

export function attackHeader(unit) {
  const parameters = parameterRows(unit);
  const presets = presetRows(unit);
  const facts = [
    ['command', code(`gibbon attack ${unit.id}`)],
    ['knows of the model', KNOWLEDGE[unit.knowledge]],
    ['norms', unit.norms.map(code).join(', ')],
    ['looks for', AIM[unit.aim]],
    ...(unit.takesTeacher ? [['needs', `the network that the model was fine-tuned from (${code('--surrogate')})`]] : []),
    ['source', cited(unit.paper)],
  ];
  return [
    unit.summary,
    table(['', ''], facts),
    ...(parameters.length === 0 ? [] : [table(['flag', 'in JSON', 'default', 'values', 'meaning'], parameters)]),
    presets.length === 0 ? withoutPreset(unit) : table(['preset', 'parameters', 'examples'], presets),
  ].join('\n\n');
}

export const attackList = () =>
  table(
    ['attack', 'knows', 'norms', 'looks for'],
    ATTACKS.map((unit) => [`[${unit.name}](attacks/${unit.id}.md)`, KNOWLEDGE[unit.knowledge], unit.norms.join(', '), AIM[unit.aim]]),
  );

const bounded = ({ limit, maxSize }) => [
  ...(limit === undefined ? [] : [`on ${limit} of them`]),
  ...(maxSize === undefined ? [] : [`inputs of at most ${maxSize} numbers`]),
];

const named = (attacks) =>
  attacks
    .map((one) => {
      const what = [one.id, ...Object.entries(one.params).map(([key, value]) => `${key} ${value}`)].join(' ');
      const only = bounded(one);
      return only.length > 0 ? `${what} (${only.join(', ')})` : what;
    })
    .join('; ');

export const presetTable = () =>
  table(
    ['preset', 'examples', 'attacks', 'points of the curve', 'steps at each point', 'without gradients', 'on text'],
    Object.entries(PLANS).map(([name, { n, attacks, curve, curveSteps, queried, text }]) => [
      code(name),
      n,
      named(attacks),
      curve.length,
      curveSteps,
      `${queried.n} examples (of tables ${n}), square or cube maxQueries ${queried.maxQueries}; hop-skip-jump on ${queried.n} of them, maxQueries ${queried.maxQueries}`,
      `${Math.min(n, queried.n)} examples, ${named(text)}`,
    ]),
  );

const PASSES = {
  exact: 'exact',
  'straight-through': 'straight-through: the identity stands in, and the report says so',
  zero: 'zero: piecewise constant',
  none: 'none: no float output',
};

/** How lines below and above an operator are found. */
function linearBound(op) {
  const { affine, relax } = OPS[op];
  return [affine && 'exact', relax && 'planes', REWRITTEN.has(op) && 'written with others'].filter(Boolean).join('; ') || '–';
}

export const coreTable = () =>
  table(
    ['operator', 'family', 'gradient', 'interval', 'linear bounds', 'read from files'],
    CORE_OPS.map((op) => [
      op,
      OPS[op].family,
      PASSES[OPS[op].differentiable],
      OPS[op].interval || REWRITTEN.has(op) ? 'yes' : '–',
      linearBound(op),
      loweredOperators().includes(op) ? 'yes' : 'no',
    ]),
  );

export const errorTable = () =>
  table(
    ['code', 'exit code'],
    Object.entries(ERROR_CODES).map(([name, exit]) => [code(name), exit]),
  );

/** The command line's own help, 80 columns wide. */
export function helpText() {
  const commands = [[], ['init'], ['audit'], ['plan'], ['resume'], ['diff'], ['attack'], ['certify'], ['inspect'], ['compose'], ['list']];
  const help = (words) =>
    execFileSync(process.execPath, [bin, ...words, '--help'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return commands.map((words) => `### ${['gibbon', ...words].join(' ')}\n\n\`\`\`text\n${help(words).trimEnd()}\n\`\`\``).join('\n\n');
}

/** Which attack runs on which kind of data, in which norms, and which can be told the class to reach. */
export function attackMatrix() {
  const kinds = Object.keys(KINDS);
  const cell = (unit, modality) => unit.norms.filter((norm) => misfitOf(unit, { norm, modality }) === undefined).join(', ') || '–';
  const row = (unit) =>
    `| [\`${unit.id}\`](attacks/${unit.id}.md) | ${kinds.map((kind) => cell(unit, kind)).join(' | ')} | ${aims(unit) ? 'yes' : '–'} |`;
  const why = (unit) => {
    const reasons = kinds.map((modality) => misfitOf(unit, { norm: unit.norms[0], modality }));
    return [...new Set(reasons)].filter((reason) => reason !== undefined);
  };
  return [
    `| attack | ${kinds.map((kind) => KINDS[kind]).join(' | ')} | aims at a class |`,
    `| --- | ${kinds.map(() => '---').join(' | ')} | --- |`,
    ...ATTACKS.map(row),
    '',
    'Where a cell is empty:',
    '',
    ...ATTACKS.flatMap((unit) => why(unit).map((reason) => `- \`${unit.id}\` ${reason}.`)),
  ].join('\n');
}
