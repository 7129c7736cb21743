/** The text of a configuration, with the reasons of its threat model as comments. */
import { sep } from 'node:path';
import { plain, wrap } from '../report/plain.ts';
import { THREAT_PRESETS, type ThreatModel } from '../threat/threat-model.ts';
import { PRESET_TEXTS } from '../threat/threat-presets.ts';
import type { FoundData } from './detect-project.ts';

export interface Answers {
  /** In the user's words; empty where nothing was said. */
  readonly decides: string;
  readonly gain: string;
  readonly threat: ThreatModel;
  readonly model: string | undefined;
  readonly data: FoundData | undefined;
  /** What else was found. */
  readonly others: readonly string[];
}

const WIDTH = 110;

/** As comment lines: nothing in a text can end a comment. */
function comment(text: string, indent = '  '): string[] {
  const safe = plain(text);
  return safe === '' ? [] : wrap(safe, WIDTH).map((line) => `${indent}// ${line}`);
}

const quote = (text: string): string =>
  `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll(/\p{Cc}|[\u2028\u2029]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
const list = (names: readonly string[]): string => `[${names.map(quote).join(', ')}]`;
const path = (text: string): string =>
  quote(text === '.' ? './' : /^(\/|\.\.|\w:)/.test(text) ? text : `./${sep === '/' ? text : text.replaceAll(sep, '/')}`);

export function configText(answers: Answers): string {
  const { decides, others } = answers;
  return [
    '// Written by `gibbon init`; change it as you like. Keys: docs/config.md, attackers: docs/threat-model.md.',
    "import { defineConfig } from 'gibbon';",
    '',
    'export default defineConfig({',
    ...(decides === '' ? [] : comment(`The model decides: ${decides}`)),
    ...subject(answers),
    ...(others.length === 0 ? [] : comment(`Also found here: ${others.slice(0, 8).join(', ')}${others.length > 8 ? ', …' : ''}.`)),
    '',
    ...threat(answers),
    '',
    '  // Rules that make the command fail, for a build: docs/gates.md.',
    "  // gates: { 'evasion.robustAccuracy': ['error', { min: 0.4 }] },",
    '});',
    '',
  ].join('\n');
}

function subject({ model, data }: Answers): string[] {
  const missing = [model === undefined && 'model', data === undefined && 'data'].filter((name) => name !== false);
  const labelled = data?.labels === undefined ? data && path(data.path) : `{ path: ${path(data.path)}, labels: ${path(data.labels)} }`;
  return [
    ...(missing.length === 0
      ? []
      : comment(`No ${missing.join(' and no ')} was found in this folder. Without either, the pair that ships with Gibbon is audited.`)),
    // One without the other would be refused.
    model !== undefined && labelled !== undefined ? `  model: ${path(model)},` : `  // model: ${path(model ?? 'model.onnx')},`,
    model !== undefined && labelled !== undefined ? `  data: ${labelled},` : `  // data: ${labelled ?? path('images')},`,
  ];
}

function threat({ gain, threat: said }: Answers): string[] {
  const { preset, goal, knowledge, access, capability, isAssumed } = said;
  if (isAssumed) {
    return [
      ...comment(`Nothing was said of the attacker, so the strongest one is assumed. Others: ${THREAT_PRESETS.join(', ')}.`),
      "  // threat: 'upload-api',",
    ];
  }
  const text = preset === null ? undefined : PRESET_TEXTS[preset];
  // A reason belongs to the preset's own choice; another choice has the user's.
  const because = (part: 'goal' | 'knowledge' | 'access' | 'capability'): string[] => {
    const isPresets = text !== undefined && JSON.stringify(text.threat[part]) === JSON.stringify(said[part]);
    return isPresets ? comment(text.reasons[part], '    ') : [];
  };
  const { target, aims } = goal;
  const can = Object.entries(capability).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${typeof value === 'number' ? value : list(value)}`],
  );
  return [
    ...(text === undefined ? [] : comment(`Who attacks: ${text.who}.`)),
    ...(gain === '' ? [] : comment(`What they gain: ${gain}`)),
    '  threat: {',
    ...(preset === null ? [] : [`    preset: ${quote(preset)},`]),
    ...because('goal'),
    target === null
      ? `    goal: ${list(aims)},`
      : `    goal: { aims: ${list(aims)}, target: ${typeof target === 'number' ? target : quote(target)} },`,
    ...because('knowledge'),
    `    knowledge: { model: ${quote(knowledge.model)}, trainingData: ${knowledge.trainingData} },`,
    ...because('access'),
    `    access: ${list(access)},`,
    ...(can.length === 0 ? [] : [...because('capability'), `    capability: { ${can.join(', ')} },`]),
    '  },',
  ];
}
