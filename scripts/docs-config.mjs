// The generated parts of docs/config.md and docs/threat-model.md: keys from the schema, presets from their values.
import { configJsonSchema } from '../dist/api/config-schema.js';
import { CHECKS } from '../dist/audit/checks/registry.js';
import { KNOWLEDGE, THREAT_PRESETS } from '../dist/threat/threat-model.js';
import { PRESET_TEXTS } from '../dist/threat/threat-presets.js';
import { table } from './docs-blocks.mjs';

const code = (text) => `\`${text}\``;

function typeName(schema) {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeName))].join(' or ');
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.type === 'array' && schema.prefixItems) return `[${schema.prefixItems.map(typeName).join(', ')}]`;
  if (schema.type === 'array') return `list of ${typeName(schema.items)}`;
  if (schema.type === 'object') return 'object';
  return schema.type === 'integer' ? 'whole number' : (schema.type ?? 'anything');
}

/** The keys of an object, its inner objects below it; checks have their own pages. */
function rows(properties, above = '') {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = above === '' ? name : `${above}.${name}`;
    const inner = [schema, ...(schema.anyOf ?? [])].find((form) => form.properties);
    // Names of checks stand in their own list.
    const type = ['only', 'skip'].includes(path) ? 'list of checks or categories' : typeName(schema);
    const own = [code(path), type, schema.description ?? ''];
    return inner && !['checks', 'members', 'nonMembers'].includes(name) ? [own, ...rows(inner.properties, path)] : [own];
  });
}

export const configTable = () => table(['key', 'value', 'meaning'], rows(configJsonSchema().properties));

export function threatTables() {
  const parts = THREAT_PRESETS.map((id) => {
    const { title, who, threat, reasons } = PRESET_TEXTS[id];
    const { goal, knowledge, access, capability } = threat;
    const can = Object.entries(capability).filter(([, value]) => value !== null);
    const said = [
      ['goal', goal.aims.map(code).join(', '), reasons.goal],
      ['knowledge', `${code(knowledge.model)}${knowledge.trainingData ? ', training data' : ''}`, reasons.knowledge],
      ['access', access.map(code).join(', '), reasons.access],
      ['capability', can.map(([name, value]) => `${name} ${value}`).join(', ') || 'no limit', reasons.capability],
    ];
    return `### ${title} (${code(id)})\n\nWho: ${who}.\n\n${table(['', 'choice', 'reason'], said)}`;
  });
  return `${parts.join('\n\n')}\n\n### What each check takes\n\n${checkTable()}`;
}

function checkTable() {
  return table(
    ['check', 'matters to who is after', 'takes a hand in', 'takes a view of', 'takes one of the changes'],
    CHECKS.map(({ id, attackers }) => [
      `[${id}](checks/${id}.md)`,
      attackers?.goals?.join(', ') ?? 'anything',
      attackers?.access?.join(', ') ?? 'anything',
      attackers?.knowledge ? `${attackers.knowledge}${KNOWLEDGE.indexOf(attackers.knowledge) > 0 ? ' or more' : ''}` : 'nothing',
      attackers?.transforms?.join(', ') ?? 'any',
    ]),
  );
}
