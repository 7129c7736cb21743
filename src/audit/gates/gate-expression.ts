/** A gate as the command line writes it: `evasion.robustAccuracy>=0.4`, `category.fairness<=low`, `evasion.cleanAccuracy>=baseline-0.01`, `warn corruptions.meanCorruptionError<=0.3`. */
import { GibbonError } from '../../base/errors.ts';
import { ALLOWED_SEVERITIES, type GateLimit, type GateRules, gateRules, limitsOf } from './gate-rules.ts';

const EXAMPLES =
  "--gate 'evasion.robustAccuracy>=0.4', --gate 'category.confidentiality<=medium', --gate 'evasion.robustAccuracy>=baseline-0.02', --gate 'warn corruptions.meanCorruptionError<=0.3'";

/** The expressions as rules by name; several for one name hold together. @throws GibbonError E_USAGE */
export function gatesFromExpressions(expressions: readonly string[]): GateRules {
  const rules: GateRules = {};
  for (const expression of expressions) {
    const [name, level, limit] = parsed(expression);
    const before = rules[name];
    rules[name] = [...(before === undefined ? [] : limitsOf(before)), [level, limit]];
    const checked = gateRules.safeParse({ [name]: rules[name] });
    if (!checked.success) throw usage(`the gate ${expression}: ${checked.error.issues[0]?.message}`);
  }
  return rules;
}

function parsed(expression: string): [name: string, level: 'error' | 'warn', limit: GateLimit] {
  const [, level = 'error', name = '', sign, value = ''] = /^\s*(?:(error|warn)\s+)?(\S.*?)\s*(>=|<=)\s*(\S+)\s*$/.exec(expression) ?? [];
  if (sign === undefined) throw usage(`the gate ${expression} cannot be read`);
  return [name, level === 'warn' ? 'warn' : 'error', limitOf(sign, value, expression)];
}

function limitOf(sign: string, value: string, expression: string): GateLimit {
  const severity = ALLOWED_SEVERITIES.find((one) => one === value);
  if (severity !== undefined) {
    if (sign === '<=') return { maxSeverity: severity };
    throw usage(`the gate ${expression}: a severity is a limit from above, ${value} with <=`);
  }
  const [, relative, change = '0'] = /^(baseline)(?:[+-](.+))?$/.exec(value) ?? [];
  if (relative !== undefined) {
    const direction = value.charAt('baseline'.length);
    if (direction === (sign === '>=' ? '+' : '-')) {
      throw usage(`the gate ${expression}: ${sign === '>=' ? '>=baseline-0.02 allows a drop' : '<=baseline+0.02 allows a rise'}`);
    }
    return sign === '>=' ? { maxDrop: numberOf(change, expression) } : { maxRise: numberOf(change, expression) };
  }
  return sign === '>=' ? { min: numberOf(value, expression) } : { max: numberOf(value, expression) };
}

/** `0.4` or `40%`. */
function numberOf(text: string, expression: string): number {
  const [, digits = '', percent] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)$/i.exec(text) ?? [];
  if (digits === '') throw usage(`the gate ${expression}: ${text} is neither a number nor a severity (${ALLOWED_SEVERITIES.join(', ')})`);
  return percent === '%' ? Number(digits) / 100 : Number(digits);
}

function usage(message: string): GibbonError {
  return new GibbonError('E_USAGE', message, { hint: `Such as ${EXAMPLES}.` });
}
