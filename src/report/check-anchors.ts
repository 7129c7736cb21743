/** The places that links lead to: `check-<model>-<id>` for checks, with a number where two would share it. */
import type { AuditResult, CheckResult } from '../audit/result.ts';
import { checksByModel } from './checks.ts';

export type Anchors = ReadonlyMap<CheckResult, string>;

/** What may stand in an element's id and in a link without being escaped. */
const slug = (text: string): string => text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60) || 'check';

export function checkAnchors(result: AuditResult): Anchors {
  const used = new Set<string>();
  const anchors = new Map<CheckResult, string>();
  for (const [model, checks] of checksByModel(result).entries()) {
    for (const check of checks) {
      const base = `check-${model}-${slug(check.id)}`;
      let anchor = base;
      for (let number = 2; used.has(anchor); number += 1) anchor = `${base}-${number}`;
      used.add(anchor);
      anchors.set(check, anchor);
    }
  }
  return anchors;
}
