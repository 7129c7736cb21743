/** What a gate looks at, by name: `check.figure`, `check`, `category.name` or `findings`, of one model (`model:` before it) or of all. */
import { GibbonError } from '../../base/errors.ts';
import { similar } from '../../base/similar.ts';
import { CATEGORIES, type Category } from '../finding.ts';

export type GateTarget =
  | { readonly kind: 'figure'; readonly check: string; readonly figure: string }
  | { readonly kind: 'check'; readonly check: string }
  | { readonly kind: 'category'; readonly category: Category }
  | { readonly kind: 'findings' };

export interface GateName {
  /** All models when absent. */
  readonly model?: string;
  readonly target: GateTarget;
}

const HINT = `A gate is named check.figure (evasion.robustAccuracy), check (membership), category.name (one of ${CATEGORIES.join(', ')}) or findings, with \`model:\` before it where it is for one model only.`;

/** @throws GibbonError E_USAGE */
export function parseGateName(name: string): GateName {
  // Names of models may hold colons and dots; those of checks and figures hold no colon.
  const at = name.lastIndexOf(':');
  const [model, rest] = at < 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)];
  if (model === '' || !/^[a-z][a-z0-9-]*(\.[A-Za-z0-9@=._-]+)?$/.test(rest)) {
    throw new GibbonError('E_USAGE', `${name} is no name of a gate`, { hint: HINT });
  }
  return { ...(model !== undefined && { model }), target: targetOf(rest) };
}

function targetOf(rest: string): GateTarget {
  if (rest === 'findings') return { kind: 'findings' };
  const dot = rest.indexOf('.');
  if (dot < 0) return { kind: 'check', check: rest };
  const [first, second] = [rest.slice(0, dot), rest.slice(dot + 1)];
  if (first !== 'category') return { kind: 'figure', check: first, figure: second };
  const category = CATEGORIES.find((one) => one === second);
  if (category === undefined) {
    const meant = similar(second, CATEGORIES);
    const asked = meant === undefined ? `there are ${CATEGORIES.join(', ')}` : `did you mean ${meant}?`;
    throw new GibbonError('E_USAGE', `there is no category ${second}; ${asked}`, { hint: HINT });
  }
  return { kind: 'category', category };
}
