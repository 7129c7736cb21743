/** Which model of one run is which of another: by name, and what is left over by position. */
import type { AuditResult, CheckResult, ModelResult } from '../result.ts';

export interface Matched {
  readonly before: ModelResult | undefined;
  readonly after: ModelResult | undefined;
}

/** In the order of `after`; models that are gone come last. */
export function matchModels(before: readonly ModelResult[], after: readonly ModelResult[]): Matched[] {
  const left = [...before];
  const take = (at: number): ModelResult | undefined => (at < 0 ? undefined : left.splice(at, 1)[0]);
  const byName = after.map((model) => take(left.findIndex(({ name }) => name === model.name)));
  const matched = after.map((model, i) => ({ before: byName[i] ?? left.shift(), after: model }));
  return [...matched, ...left.map((model) => ({ before: model, after: undefined }))];
}

/** The checks of a model; those of namesakes are told apart by the order in which they ran. */
export function checksOf({ models, checks }: Pick<AuditResult, 'models' | 'checks'>, model: ModelResult): CheckResult[] {
  const namesakes = models.filter(({ name }) => name === model.name);
  const at = namesakes.indexOf(model);
  const seen = new Map<string, number>();
  return checks.filter((check) => {
    if (check.model !== model.name) return false;
    const turn = seen.get(check.id) ?? 0;
    seen.set(check.id, turn + 1);
    return turn === at;
  });
}
