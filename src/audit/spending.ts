/** What a check has spent of its budget. Queries and gradients are counted, so that the end comes at the same place on every machine; seconds are not. */
import { GibbonError } from '../base/errors.ts';
import type { AuditOptions } from './options.ts';
import type { AttackReply } from './subject.ts';

export interface Spent {
  readonly queries: number;
  readonly gradients: number;
}

export interface Spending {
  /** Is there anything to keep to? Work then goes in slices, with a look at the budget after each. */
  readonly isLimited: boolean;
  add(spent: Spent): void;
  /** Something was used up that is counted elsewhere: the questions that an endpoint may be asked in all. */
  end(words: string): void;
  /** What was used up, as words, if something was. */
  over(): string | undefined;
  /** @throws GibbonError E_BUDGET when the time is over */
  assertTime(): void;
}

/** What an attack spent on examples; what it asked once for all of them counts once. */
export function spentOn(replies: readonly AttackReply[]): Spent {
  const training = replies.reduce((most, reply) => Math.max(most, reply.training ?? 0), 0);
  return {
    queries: replies.reduce((sum, { queries }) => sum + queries, training),
    gradients: replies.reduce((sum, { gradients }) => sum + gradients, 0),
  };
}

/** Starts the clock. */
export function createSpending(budgets: AuditOptions['budgets'] = {}, now: () => number = () => performance.now()): Spending {
  const { seconds, queries, gradients, total: whole } = budgets;
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : now() + 1000 * seconds;
  const total = { queries: 0, gradients: 0 };
  let ended: string | undefined;
  const late = (): string | undefined => (now() >= end ? `${seconds} seconds` : undefined);
  return {
    isLimited: [seconds, queries, gradients, whole].some((limit) => limit !== undefined),
    add: (spent) => {
      total.queries += spent.queries;
      total.gradients += spent.gradients;
    },
    end: (words) => {
      ended = words;
    },
    over: () => {
      if (ended !== undefined) return ended;
      if (queries !== undefined && total.queries >= queries) return `${queries} queries`;
      if (gradients !== undefined && total.gradients >= gradients) return `${gradients} gradients`;
      return late();
    },
    assertTime: () => {
      const over = late();
      if (over === undefined) return;
      throw new GibbonError('E_BUDGET', `the budget of ${over} for this check was used up before it could decide`, {
        hint: 'Raise --max-seconds; what is finished is kept, and a second run in the same folder goes on from there.',
      });
    },
  };
}

/** Rows between two looks at the budget. */
const SLICE = 64;

export function slices<T>(items: readonly T[], { isLimited }: Spending): (readonly T[])[] {
  if (!isLimited || items.length === 0) return [items];
  return Array.from({ length: Math.ceil(items.length / SLICE) }, (_, i) => items.slice(i * SLICE, (i + 1) * SLICE));
}
