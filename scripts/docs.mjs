// Writes the generated parts of docs/ between their markers; prose outside the markers stays. With --check it changes nothing and fails when a page is stale.
// Usage: node scripts/build.mjs && node scripts/docs.mjs [--check]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../dist/api/config-schema.js';
import { ATTACKS } from '../dist/attacks/registry.js';
import { CHECKS } from '../dist/audit/checks/registry.js';
import { ERROR_CODES } from '../dist/base/errors.js';
import { attackHeader, attackList, attackMatrix, coreTable, errorTable, helpText, presetTable } from './docs-blocks.mjs';
import { checkHeader, checkList, corruptionTable, otherCorruptions, pollutionTable } from './docs-checks.mjs';
import { configTable, threatTables } from './docs-config.mjs';
import { supportTable, unsupportedTable } from './docs-operators.mjs';
import { resultSchema, resultTables } from './docs-result.mjs';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const check = process.argv.includes('--check');
const start = (name) => `<!-- generated: ${name}; do not edit, run node scripts/docs.mjs -->`;
const END = '<!-- end of generated -->';

/** The code of an example, which the tests run. */
function example(name) {
  return `\`\`\`ts\n${readFileSync(join(docs, `../examples/${name}.ts`), 'utf8').trim()}\n\`\`\``;
}

/** A file of examples/ci as it is. */
function ciExample(name) {
  return `\`\`\`yaml\n${readFileSync(join(docs, `../examples/ci/${name}`), 'utf8').trim()}\n\`\`\``;
}

/** [page, name of the block, its text] */
const blocks = [
  ['index.md', 'attacks', attackList()],
  ['index.md', 'matrix', attackMatrix()],
  ['index.md', 'checks', checkList()],
  ['cli.md', 'help', helpText()],
  ['cli.md', 'presets', presetTable()],
  ['errors.md', 'codes', errorTable()],
  ['operators.md', 'core', coreTable()],
  ['operators.md', 'support', supportTable()],
  ['operators.md', 'unsupported', unsupportedTable()],
  ['result.md', 'schema', resultTables()],
  ['config.md', 'keys', configTable()],
  ['threat-model.md', 'presets', threatTables()],
  ...['audit', 'attack', 'gate'].map((name) => ['api.md', `example ${name}`, example(name)]),
  ['ci.md', 'ci github', ciExample('github-workflow.yml')],
  ['ci.md', 'ci gitlab', ciExample('gitlab-ci.yml')],
  ...CHECKS.map((unit) => [`checks/${unit.id}.md`, 'header', checkHeader(unit)]),
  ['checks/corruptions.md', 'parameters at 32 px', corruptionTable(32)],
  ['checks/corruptions.md', 'parameters from 224 px on', corruptionTable(224)],
  ...['recordings', 'texts', 'tables'].map((kind) => ['checks/corruptions.md', `parameters of ${kind}`, otherCorruptions(kind)]),
  ...['pictures', 'recordings'].map((kind) => ['checks/sensor-pollution.md', `pollutions of ${kind}`, pollutionTable(kind)]),
  ...ATTACKS.map((unit) => [`attacks/${unit.id}.md`, 'header', attackHeader(unit)]),
];

/** The page with the block put in; a page or block that is missing is begun. */
function filled(page, name, text) {
  const block = `${start(name)}\n\n${text}\n\n${END}`;
  const from = page.indexOf(start(name));
  if (from < 0) return `${page.trimEnd()}\n\n${block}\n`;
  const to = page.indexOf(END, from);
  if (to < 0) throw new Error(`the block ${name} has no ${END}`);
  return page.slice(0, from) + block + page.slice(to + END.length);
}

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** As `npm run lint` wants it: tables are padded. */
const formatted = (name, text) =>
  execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=docs/${name}`], { input: text, encoding: 'utf8' });

const problems = [];
const pages = new Map();
for (const [name, block, text] of blocks) {
  const path = join(docs, name);
  const title = ATTACKS.find(({ id }) => name === `attacks/${id}.md`)?.name ?? name.replace(/^checks\/(.*)\.md$/, '$1');
  const before = pages.get(name) ?? (existsSync(path) ? readFileSync(path, 'utf8') : `# ${title}\n`);
  pages.set(name, filled(before, block, text));
}
for (const [name, raw] of pages) {
  const text = formatted(name, raw);
  const path = join(docs, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (check) problems.push(`docs/${name} is stale: run node scripts/docs.mjs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`wrote docs/${name}\n`);
  }
}

/** Whole files, not pages with prose. */
const schemas = { 'result.schema.json': resultSchema(), 'config.schema.json': configJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  const path = join(docs, name);
  const made = formatted(name, text);
  if (existsSync(path) && readFileSync(path, 'utf8') === made) continue;
  if (check) problems.push(`docs/${name} is stale: run node scripts/docs.mjs`);
  else {
    writeFileSync(path, made);
    process.stdout.write(`wrote docs/${name}\n`);
  }
}

// Prose that must not be forgotten, and pages of attacks that are gone.
const errors = pages.get('errors.md');
for (const code of Object.keys(ERROR_CODES)) if (!errors.includes(`**${code}**`)) problems.push(`docs/errors.md does not explain ${code}`);
for (const file of readdirSync(join(docs, 'attacks'))) {
  if (!ATTACKS.some(({ id }) => file === `${id}.md`)) problems.push(`docs/attacks/${file} belongs to no attack`);
}
for (const { id } of CHECKS) {
  for (const heading of ['What it does', 'Status', 'Metrics', 'Limits']) {
    if (!pages.get(`checks/${id}.md`).includes(`\n## ${heading}\n`)) problems.push(`docs/checks/${id}.md has no section ${heading}`);
  }
}
for (const file of existsSync(join(docs, 'checks')) ? readdirSync(join(docs, 'checks')) : []) {
  if (!CHECKS.some(({ id }) => file === `${id}.md`)) problems.push(`docs/checks/${file} belongs to no check`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
