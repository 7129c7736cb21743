/** The made-up checks with a hostile string in every place that holds free text. */
import { type CheckResult, checkResult } from '../../audit/check-result.ts';
import type { ModelResult } from '../../audit/result.ts';
import { sampleChecks } from './sample-checks.ts';

/** Names of fields whose values the schema fixes, or that tell which model is meant. */
const FIXED: ReadonlySet<string> = new Set(['kind', 'status', 'category', 'severity', 'unit', 'better', 'scale', 'model']);

function replaced(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return FIXED.has(key) ? value : text;
  if (Array.isArray(value)) return value.map((one) => replaced(one, text, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, text, name)]));
}

/** @throws ZodError if the replacement broke the schema */
export function hostileChecks(model: ModelResult, text: string): CheckResult[] {
  return sampleChecks(model).map((check) => checkResult.parse(replaced(check, text)));
}
