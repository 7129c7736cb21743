/** The categories of a model's checks: four gauges with intervals and, below them, what the evidence checks say of the audit itself. */
import type { VNode } from 'preact';
import type { CheckResult } from '../../audit/result.ts';
import { type CategoryGauge, categoryGauge } from '../category-gauge.ts';
import type { Anchors } from '../check-anchors.ts';
import { CATEGORY_NAMES, checkTitle, GAUGED, statusCounts, worstFirst } from '../checks.ts';
import { metricInterval, metricText, metricValue } from '../metric-text.ts';
import { STATUSES } from '../statuses.ts';
import { Dial, type DialProps } from './dial.tsx';
import { Sign } from './sign.tsx';

function dialOf(gauge: CategoryGauge, name: string): DialProps {
  switch (gauge.kind) {
    case 'figure': {
      const { metric, share, low, high } = gauge;
      const baseline = metric.baseline !== null && metric.baseline >= 0 && metric.baseline <= 1 ? metric.baseline : null;
      return { share, low, high, baseline, text: metricValue(metric), label: `${name}: ${metric.label} ${metricText(metric)}` };
    }
    case 'passed':
      return {
        share: gauge.passed / gauge.of,
        text: `${gauge.passed}/${gauge.of}`,
        label: `${name}: ${gauge.passed} of ${gauge.of} checks passed`,
      };
    case 'none':
      return { share: null, text: '–', label: `${name}: not applicable` };
  }
}

function Told({ gauge }: { gauge: CategoryGauge }): VNode {
  if (gauge.kind === 'none') return <span class="gauge-hint">{gauge.reason}</span>;
  if (gauge.kind === 'passed') return <span class="gauge-hint">checks passed</span>;
  const { metric } = gauge;
  const interval = metricInterval(metric);
  return (
    <>
      <span class="gauge-hint">
        {metric.label}
        {metric.better === 'lower' ? ', lower is better' : ''}
      </span>
      {interval !== null && (
        <span>
          95 % interval <span class="num">{interval}</span>
        </span>
      )}
    </>
  );
}

/** How many checks had which status, each with its sign. */
export function StatusCounts({ checks }: { checks: readonly CheckResult[] }): VNode {
  return (
    <ul class="counts">
      {statusCounts(checks).map(([status, n]) => (
        <li key={status} class={`tone-${STATUSES[status].tone}`}>
          <Sign tone={STATUSES[status].tone} /> {n} {STATUSES[status].many}
        </li>
      ))}
    </ul>
  );
}

function Evidence({ checks, anchors }: { checks: readonly CheckResult[]; anchors: Anchors }): VNode | null {
  const ran = worstFirst(checks).filter(({ status }) => status !== 'not-applicable');
  if (ran.length === 0) return null;
  return (
    <div class="evidence-strip">
      <p>
        <strong>{CATEGORY_NAMES.evidence.name}</strong> <span class="dim">{CATEGORY_NAMES.evidence.asks}</span>
      </p>
      <ul>
        {ran.map((check) => (
          <li key={anchors.get(check)} class={`tone-${STATUSES[check.status].tone}`}>
            <Sign tone={STATUSES[check.status].tone} />
            <a href={`#${anchors.get(check)}`}>
              <span class="hidden">{STATUSES[check.status].word}: </span>
              {checkTitle(check)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function CategoryGauges({ checks, anchors, prefix }: { checks: readonly CheckResult[]; anchors: Anchors; prefix: string }): VNode {
  return (
    <>
      <div class="gauges">
        {GAUGED.map((category) => {
          const own = checks.filter((check) => check.category === category);
          const gauge = categoryGauge(own);
          const { name } = CATEGORY_NAMES[category];
          return (
            <div key={category} class={`gauge tone-${gauge.kind === 'none' ? 'none' : STATUSES[gauge.status].tone}`}>
              <Dial {...dialOf(gauge, name)} />
              <div class="gauge-text">
                <strong>{own.length > 0 ? <a href={`#${prefix}-${category}`}>{name}</a> : name}</strong>
                <Told gauge={gauge} />
                {gauge.kind !== 'none' && <StatusCounts checks={own} />}
              </div>
            </div>
          );
        })}
      </div>
      <Evidence checks={checks.filter(({ category }) => category === 'evidence')} anchors={anchors} />
    </>
  );
}
