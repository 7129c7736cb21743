/** The findings of a model as cards, worst first; what passed is listed in short below them. */
import type { VNode } from 'preact';
import type { Finding } from '../../audit/result.ts';
import { plural } from '../format.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';
import { Badge } from './badge.tsx';

function Card({ finding, anchor }: { finding: Finding; anchor: string }): VNode {
  const { word, tone } = SEVERITIES[finding.severity];
  return (
    <li class={`card finding tone-${tone}`} id={anchor}>
      <div class="card-top">
        <Badge tone={tone}>{word}</Badge>
        <span class="tag">{finding.category}</span>
      </div>
      <h4>{finding.title}</h4>
      <p>{finding.text}</p>
      {finding.remedies.length > 0 && (
        <div class="remedies">
          <h5>What helps</h5>
          <ul>
            {finding.remedies.map((remedy) => (
              <li key={remedy}>{remedy}</li>
            ))}
          </ul>
        </div>
      )}
    </li>
  );
}

export function Findings({ findings, prefix }: { findings: readonly Finding[]; prefix: string }): VNode {
  const ordered = bySeverity(findings);
  const open = ordered.filter((finding) => finding.severity !== 'pass');
  const passed = ordered.filter((finding) => finding.severity === 'pass');
  // A finding's id comes from outside; its place in the order is a safe anchor.
  const anchor = (finding: Finding): string => `${prefix}-finding-${ordered.indexOf(finding) + 1}`;
  return (
    <>
      {open.length === 0 && <p class="empty">Nothing to report.</p>}
      {open.length > 0 && (
        <ul class="cards">
          {open.map((finding) => (
            <Card key={finding.id} finding={finding} anchor={anchor(finding)} />
          ))}
        </ul>
      )}
      {passed.length > 0 && (
        <details class="passed" open={open.length === 0}>
          <summary>{plural(passed.length, 'check')} passed</summary>
          <ul class="cards">
            {passed.map((finding) => (
              <Card key={finding.id} finding={finding} anchor={anchor(finding)} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
