/** What the checks of the evidence have in common: for whom they matter, what they look at, and how their items become figures and a list. */
import * as z from 'zod';
import type { Check, CheckContext } from '../checks/check.ts';
import type { DetailOf } from '../details.ts';
import type { Metric } from '../metric.ts';
import { filled } from '../words.ts';
import type { Grounds, Item } from './item.ts';

/** The part of their metadata that they share. They ask about attacks, so attacks run for them. */
export const EVIDENCE = {
  category: 'evidence',
  needs: [],
  attackers: { goals: ['integrity'] },
  attacks: () => true,
  params: z.object({}),
} as const satisfies Partial<Check>;

export async function groundsOf(context: CheckContext): Promise<Grounds> {
  const { artifacts, earlier = [] } = context;
  return { facts: context, ran: await artifacts.evasion(), scrutiny: await artifacts.scrutiny(), earlier };
}

export const isBad = ({ status }: Item): boolean => status === 'fail' || status === 'warn';

export const figuresOf = (items: readonly Item[]): Record<string, Metric> =>
  Object.assign({}, ...items.map(({ metrics }) => metrics ?? {}));

export function checklist(title: string, items: readonly Item[], metrics: Readonly<Record<string, Metric>>): DetailOf<'checklist'> {
  return { kind: 'checklist', title, items: items.map(({ name, status, text }) => ({ name, status, text: filled(text, metrics) })) };
}
