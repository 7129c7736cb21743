/** The findings that weigh most, each in a line with its first remedy and a link to its check. */
import type { VNode } from 'preact';
import type { CheckResult } from '../../audit/result.ts';
import type { Anchors } from '../check-anchors.ts';
import { CATEGORY_NAMES, openFindings } from '../checks.ts';
import { plural } from '../format.ts';
import { SEVERITIES } from '../severity.ts';
import { Badge } from './badge.tsx';

const SHOWN = 5;

export function Priorities({ checks, anchors }: { checks: readonly CheckResult[]; anchors: Anchors }): VNode {
  const open = openFindings(checks);
  if (open.length === 0) return <p class="empty">Nothing to fix was found. The checks below say what was tried, and what could not be.</p>;
  const rest = open.length - SHOWN;
  return (
    <>
      <ol class="priorities panel">
        {open.slice(0, SHOWN).map(({ check, finding }, i) => (
          <li key={i}>
            <Badge tone={SEVERITIES[finding.severity].tone}>{SEVERITIES[finding.severity].word}</Badge>
            <div>
              <p>
                <a href={`#${anchors.get(check)}`}>{finding.title}</a> <span class="tag">{CATEGORY_NAMES[finding.category].name}</span>
              </p>
              {finding.remedies[0] !== undefined && <p class="dim">{finding.remedies[0]}</p>}
            </div>
          </li>
        ))}
      </ol>
      {rest > 0 && <p class="rest">and {plural(rest, 'more finding')} among the checks below</p>}
    </>
  );
}
