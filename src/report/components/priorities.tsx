/** The findings that weigh most, each in a line with its first remedy and a link to its check. */
import type { VNode } from 'preact';
import type { CheckResult } from '../../audit/result.ts';
import type { Anchors } from '../check-anchors.ts';
import { CATEGORY_NAMES, checkTitle, openFindings, worstFirst } from '../checks.ts';
import { plural } from '../format.ts';
import { SEVERITIES } from '../severity.ts';
import { STATUSES } from '../statuses.ts';
import { Badge } from './badge.tsx';

const SHOWN = 5;

export function Priorities({ checks, anchors }: { checks: readonly CheckResult[]; anchors: Anchors }): VNode {
  const open = openFindings(checks);
  if (open.length === 0) return <Open checks={checks} anchors={anchors} />;
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

/** Nothing is known to be wrong: what is left open, and what would decide it. */
function Open({ checks, anchors }: { checks: readonly CheckResult[]; anchors: Anchors }): VNode {
  const undecided = worstFirst(checks).filter(({ status }) => status === 'undecided');
  if (undecided.length === 0)
    return <p class="empty">Nothing to fix was found. The checks below say what was tried, and what could not be.</p>;
  return (
    <>
      <p class="empty">Nothing to fix was found for certain. What is left open:</p>
      <ol class="priorities panel">
        {undecided.slice(0, SHOWN).map((check, i) => (
          <li key={i}>
            <Badge tone={STATUSES.undecided.tone}>{STATUSES.undecided.word}</Badge>
            <div>
              <p>
                <a href={`#${anchors.get(check)}`}>{checkTitle(check)}</a> <span class="tag">{CATEGORY_NAMES[check.category].name}</span>
              </p>
              <p class="dim">{decidedBy(check)}</p>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What would decide it, or why it is not decided. */
const decidedBy = ({ findings, reason }: CheckResult): string => findings.flatMap(({ remedies }) => remedies)[0] ?? reason ?? '';
