/** The checks of several models side by side: status and deciding figure of each. */
import type { VNode } from 'preact';
import type { AuditResult, CheckResult } from '../../audit/result.ts';
import { checkAnchors } from '../check-anchors.ts';
import { checksByModel, keyFigure } from '../checks.ts';
import { metricInterval, metricValue } from '../metric-text.ts';
import { STATUSES } from '../statuses.ts';
import { Badge } from './badge.tsx';
import { ScrollRegion } from './scroll-region.tsx';

function Cell({ check, anchor }: { check: CheckResult; anchor: string }): VNode {
  const { tone, word } = STATUSES[check.status];
  const metric = check.status === 'not-applicable' || check.status === 'error' ? undefined : keyFigure(check);
  const interval = metric === undefined ? null : metricInterval(metric);
  return (
    <td>
      <a href={`#${anchor}`} class="plain-link">
        <Badge tone={tone}>{word}</Badge>
      </a>
      {metric !== undefined && (
        <small class="cell-figure">
          {metric.label}: <strong>{metricValue(metric)}</strong>
          {interval === null ? '' : `, ${interval}`}
        </small>
      )}
    </td>
  );
}

export function ComparisonChecks({ result }: { result: AuditResult }): VNode | null {
  const lists = checksByModel(result);
  const ids = [...new Set(result.checks.map(({ id }) => id))];
  if (ids.length === 0) return null;
  const anchors = checkAnchors(result);
  return (
    <>
      <h3>Checks</h3>
      <ScrollRegion label="Checks of the models side by side">
        <table class="comparison-checks">
          <thead>
            <tr>
              <th scope="col">Check</th>
              {result.models.map(({ name }, i) => (
                <th key={i} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ids.map((id) => (
              <tr key={id}>
                <th scope="row" class="mono">
                  {id}
                </th>
                {lists.map((checks, i) => {
                  const check = checks.find((one) => one.id === id);
                  return check === undefined ? <td key={i}>–</td> : <Cell key={i} check={check} anchor={anchors.get(check) ?? 'main'} />;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
