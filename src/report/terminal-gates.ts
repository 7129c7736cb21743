/** The gates of a run as lines for the terminal: those that do not hold with their reasons, the others in one line. */
import type { AuditResult, GateResult } from '../audit/result.ts';
import { gateRule, gatesHeadline, gatesOf, gateTone } from './gates.ts';
import { plain, wrap } from './plain.ts';
import { type Page, SIGNS } from './terminal-page.ts';

const INDENT = 4;
/** Names of gates that hold, before they are only counted. */
const NAMED = 6;

function openGate(page: Page, gate: GateResult, several: boolean): string[] {
  const tone = gateTone(gate);
  const sign = gate.outcome === 'cannot-tell' ? SIGNS.mute : SIGNS[tone];
  const model = several ? `${plain(gate.model)}: ` : '';
  const [first = '', ...more] = wrap(`${model}${plain(gateRule(gate))}`, page.width - INDENT);
  return [
    `  ${page.paint(tone, sign)} ${page.bold(first)}`,
    ...more.map((line) => `    ${page.bold(line)}`),
    ...wrap(plain(gate.text), page.width - INDENT).map((line) => `    ${page.dim(line)}`),
  ];
}

/** Each rule once; with the model where it does not hold for all that it was for. */
function keptRules(gates: readonly GateResult[]): string[] {
  const rules = gates
    .filter(({ counts }) => counts === 'pass')
    .map((gate) => {
      const rule = gateRule(gate);
      const isOpen = gates.some((other) => other.counts !== 'pass' && gateRule(other) === rule);
      return plain(isOpen ? `${rule} (${gate.model})` : rule);
    });
  return [...new Set(rules)];
}

export function gateLines(page: Page, result: AuditResult): string[] {
  const gates = gatesOf(result);
  if (gates.length === 0) return [];
  const open = gates.filter(({ counts }) => counts !== 'pass');
  const kept = keptRules(gates);
  // A rule is not broken over two lines.
  const shown = kept.length > NAMED ? [...kept.slice(0, NAMED), `${kept.length - NAMED} more`] : kept;
  const held = shown.length === 0 ? [] : wrap(shown.map((rule) => rule.replaceAll(' ', '\u00a0')).join(', '), page.width - INDENT);
  return [
    page.bold('Gates'),
    ...open.flatMap((gate) => openGate(page, gate, result.models.length > 1)),
    ...held.map((line, i) => `  ${i === 0 ? page.paint('good', SIGNS.good) : ' '} ${line}`),
    '',
  ];
}

/** One line for the end of the summary; undefined where there are no gates. */
export function gateLine(page: Page, { gates = [] }: AuditResult): string | undefined {
  if (gates.length === 0) return undefined;
  const { tone, text } = gatesHeadline(gates);
  return page.paint(tone, page.bold(`${SIGNS[tone]} ${text}`));
}
