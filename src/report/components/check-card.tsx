/** One check: how it came out, its figures, its findings and its evidence; open where it asks for attention. */
import type { VNode } from 'preact';
import type { CheckResult } from '../../audit/result.ts';
import { checkTitle, keyFigure } from '../checks.ts';
import { metricInterval, metricValue } from '../metric-text.ts';
import { bySeverity } from '../severity.ts';
import { STATUSES } from '../statuses.ts';
import { Badge } from './badge.tsx';
import { DetailView } from './details/detail.tsx';
import { FindingBody } from './finding-body.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { Parameters } from './parameters.tsx';
import { Tags } from './tags.tsx';

function KeyFigure({ check }: { check: CheckResult }): VNode | null {
  const metric = keyFigure(check);
  if (metric === undefined) return null;
  const interval = metricInterval(metric);
  return (
    <span class="key-figure">
      <span class="key-label">{metric.label}</span> <strong class="num">{metricValue(metric)}</strong>{' '}
      {interval !== null && <small class="num">{interval}</small>}
    </span>
  );
}

function Timed({ check: { timings, title }, anchor }: { check: CheckResult; anchor: string }): VNode | null {
  if (timings === undefined) return null;
  return (
    <>
      <p class="rest">Measured on this machine in this run; another run gives other figures.</p>
      <MetricsTable metrics={timings.metrics} label={`Timings of: ${title}`} />
      {timings.details.map((detail, i) => (
        <DetailView key={i} detail={detail} id={`${anchor}-timed-${i}`} />
      ))}
    </>
  );
}

function Findings({ check }: { check: CheckResult }): VNode | null {
  if (check.findings.length === 0) return null;
  return (
    <ul class="findings">
      {bySeverity(check.findings).map((finding, i) => (
        <FindingBody key={i} finding={finding} isTitled={finding.title !== check.title} />
      ))}
    </ul>
  );
}

export function CheckCard({ check, anchor }: { check: CheckResult; anchor: string }): VNode {
  const { word, tone } = STATUSES[check.status];
  return (
    <details
      class={`card check tone-${tone}`}
      id={anchor}
      data-status={check.status}
      open={check.status === 'fail' || check.status === 'warn'}
    >
      <summary>
        <Badge tone={tone}>{word}</Badge>
        <h5>{checkTitle(check)}</h5>
        <KeyFigure check={check} />
        {check.reason !== null && <p class="check-reason">{check.reason}</p>}
      </summary>
      <div class="check-body">
        <p class="why">{check.why}</p>
        <Findings check={check} />
        <MetricsTable metrics={check.metrics} label={`Figures of: ${check.title}`} />
        {check.details.map((detail, i) => (
          <DetailView key={i} detail={detail} id={`${anchor}-detail-${i}`} />
        ))}
        <Timed check={check} anchor={anchor} />
        <div class="check-foot">
          <Tags tags={check.tags} />
          <p class="dim">
            <span class="mono">{check.id}</span> <a href={`#${anchor}`}>link to this check</a>
          </p>
          <Parameters params={check.params} />
        </div>
      </div>
    </details>
  );
}
