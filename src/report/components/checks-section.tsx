/** All checks of a model by category, worst first; those that could not run stand apart with their reasons. */
import type { VNode } from 'preact';
import type { Category } from '../../audit/finding.ts';
import type { CheckResult } from '../../audit/result.ts';
import type { Anchors } from '../check-anchors.ts';
import { CATEGORY_NAMES, REPORTED_CATEGORIES, statusCounts, worstFirst } from '../checks.ts';
import { count } from '../format.ts';
import { STATUSES } from '../statuses.ts';
import { StatusCounts } from './category-gauges.tsx';
import { CheckCard } from './check-card.tsx';
import { Sign } from './sign.tsx';

type Props = { checks: readonly CheckResult[]; anchors: Anchors; prefix: string };

function Choice({ name, value, word, n }: { name: string; value: string; word: string; n: number | null }): VNode {
  return (
    <label>
      <input type="radio" name={name} value={value} checked={value === 'all'} />
      <span>
        {word} {n !== null && <span class="num dim">{count(n)}</span>}
      </span>
    </label>
  );
}

function Controls({ checks, prefix }: Props): VNode {
  const categories = REPORTED_CATEGORIES.filter((category) => checks.some((check) => check.category === category));
  return (
    <div class="controls needs-script">
      <fieldset class="choices" data-filter="status">
        <legend class="hidden">Checks by status</legend>
        <Choice name={`${prefix}-status`} value="all" word="All" n={checks.length} />
        {statusCounts(checks).map(([status, n]) => (
          <Choice key={status} name={`${prefix}-status`} value={status} word={STATUSES[status].word} n={n} />
        ))}
      </fieldset>
      {categories.length > 1 && (
        <fieldset class="choices" data-filter="category">
          <legend class="hidden">Checks by category</legend>
          <Choice name={`${prefix}-category`} value="all" word="Every category" n={null} />
          {categories.map((category) => (
            <Choice key={category} name={`${prefix}-category`} value={category} word={CATEGORY_NAMES[category].name} n={null} />
          ))}
        </fieldset>
      )}
      <input type="search" class="search" placeholder="Find a check" aria-label="Find a check" />
    </div>
  );
}

function NotApplicable({ checks, anchors }: { checks: readonly CheckResult[]; anchors: Anchors }): VNode | null {
  if (checks.length === 0) return null;
  return (
    <ul class="left-out">
      {checks.map((check) => (
        <li key={anchors.get(check)} id={anchors.get(check)} class="tone-none" data-status={check.status}>
          <Sign tone="none" />
          <div>
            <p>
              <span class="mono">{check.id}</span> <span class="dim">Not applicable</span>
            </p>
            <p class="dim">{check.reason ?? 'No reason was recorded.'}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function CategoryGroup({ category, checks, anchors, prefix }: Props & { category: Category }): VNode | null {
  const own = checks.filter((check) => check.category === category);
  if (own.length === 0) return null;
  const { name, asks } = CATEGORY_NAMES[category];
  return (
    <div class="category" id={`${prefix}-${category}`} data-category={category}>
      <div class="category-head">
        <h4>{name}</h4>
        <p class="dim">{asks}</p>
        <StatusCounts checks={own} />
      </div>
      <div class="cards">
        {worstFirst(own)
          .filter(({ status }) => status !== 'not-applicable')
          .map((check) => (
            <CheckCard key={anchors.get(check)} check={check} anchor={anchors.get(check) ?? ''} />
          ))}
      </div>
      <NotApplicable checks={own.filter(({ status }) => status === 'not-applicable')} anchors={anchors} />
    </div>
  );
}

export function ChecksSection(props: Props): VNode {
  return (
    <div class="checks">
      <Controls {...props} />
      {REPORTED_CATEGORIES.map((category) => (
        <CategoryGroup key={category} category={category} {...props} />
      ))}
      <p class="table-foot needs-script">
        <span class="shown" aria-live="polite" />
      </p>
    </div>
  );
}
