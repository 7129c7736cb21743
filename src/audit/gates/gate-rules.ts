/** The rules that a result must keep, as a configuration or a program gives them: `{ 'evasion.robustAccuracy': ['error', { min: 0.4 }] }`. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { type GateTarget, parseGateName } from './gate-target.ts';

/** Severities that may be allowed, mildest first; `critical` would allow everything. */
export const ALLOWED_SEVERITIES = ['pass', 'info', 'low', 'medium', 'high'] as const;

export const gateLimit = z.strictObject({
  min: z.number().optional().describe('The figure is at least this. Shares are between 0 and 1.'),
  max: z.number().optional().describe('The figure is at most this.'),
  maxDrop: z.number().min(0).optional().describe('The figure is at most this much below that of the baseline.'),
  maxRise: z.number().min(0).optional().describe('The figure is at most this much above that of the baseline.'),
  maxSeverity: z
    .enum(ALLOWED_SEVERITIES)
    .optional()
    .describe('No finding is worse than this. For gates on a check, on a category (`category.confidentiality`) or on all (`findings`).'),
  unsure: z
    .enum(['fail', 'warn'])
    .optional()
    .describe('What it counts as when the value keeps the limit but its interval does not: `fail` when absent.'),
});

const leveled = z
  .tuple([z.enum(['error', 'warn']).describe('`error` fails the command with exit code 1; `warn` is reported only.'), gateLimit])
  .describe('A level and the limits that hold together.');

export const gateRule = z.union([
  z.literal('off').describe('No gate, not even the one that a baseline brings.'),
  leveled,
  z.array(leveled).min(1).describe('Several rules for one figure, e.g. a warning before the error.'),
]);

/** By name of the gate. Written out in docs/gates.md. */
export const gateRules = z
  .record(z.string(), gateRule)
  .describe(
    'Rules that the result must keep, by `check.figure` (evasion.robustAccuracy), `check`, `category.name` or `findings`; `model:` before a name makes the rule one model’s.',
  )
  .superRefine((rules, { addIssue }) => {
    for (const [name, rule] of Object.entries(rules)) {
      for (const message of mistakes(name, rule)) addIssue({ code: 'custom', message, path: [name] });
    }
  });

export type GateLimit = z.infer<typeof gateLimit>;
export type GateRule = z.infer<typeof gateRule>;
export type GateRules = z.infer<typeof gateRules>;
export type LeveledLimit = z.infer<typeof leveled>;

/** What is wrong with a rule; the schema alone cannot tell what a name allows. */
function mistakes(name: string, rule: GateRule): string[] {
  const kind = kindOf(name);
  if (kind instanceof GibbonError) return [kind.message];
  return limitsOf(rule).flatMap(([, { unsure: _, ...limits }]) => {
    const given = Object.keys(limits);
    if (given.length === 0) return ['a rule needs a limit: min, max, maxDrop, maxRise or maxSeverity'];
    const wrong = given.find((limit) => (kind === 'figure') === (limit === 'maxSeverity'));
    return wrong === undefined
      ? []
      : [kind === 'figure' ? 'a figure has no severity: give min or max' : `${wrong} needs a figure: ${name}.…`];
  });
}

/** What the name stands for, or why it stands for nothing. */
function kindOf(name: string): GateTarget['kind'] | GibbonError {
  try {
    return parseGateName(name).target.kind;
  } catch (error) {
    if (error instanceof GibbonError) return error;
    throw error;
  }
}

/** The rules of one name as a list; none where it is off. */
export function limitsOf(rule: GateRule): readonly LeveledLimit[] {
  if (rule === 'off') return [];
  return isLeveled(rule) ? [rule] : rule;
}

function isLeveled(rule: Exclude<GateRule, 'off'>): rule is LeveledLimit {
  return typeof rule[0] === 'string';
}
