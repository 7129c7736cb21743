/** What this audit says on standards: one table for each framework that its checks cite. */
import type { VNode } from 'preact';
import type { AuditResult, CheckResult } from '../../audit/result.ts';
import { checkAnchors } from '../check-anchors.ts';
import { worstFirst, worstStatus } from '../checks.ts';
import { type Coverage, complianceOf } from '../compliance.ts';
import { STATUSES } from '../statuses.ts';
import { Badge } from './badge.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { Sign } from './sign.tsx';

type Context = { anchorOf: (check: CheckResult) => string; several: boolean };

function CheckLink({ check, anchorOf, several }: Context & { check: CheckResult }): VNode {
  const { tone, word } = STATUSES[check.status];
  return (
    <li class={`tone-${tone}`}>
      <Sign tone={tone} />
      <a href={`#${anchorOf(check)}`}>
        <span class="hidden">{word}: </span>
        {check.id}
      </a>
      {several && <span class="dim"> {check.model}</span>}
    </li>
  );
}

function FrameworkTable({ coverage: { framework, covered, uncovered }, ...context }: Context & { coverage: Coverage }): VNode {
  return (
    <details class="framework" open>
      <summary>
        <h3>{framework.name}</h3>
        {!framework.isVerified && <span class="chip">names not verified</span>}
      </summary>
      <p class="dim">{framework.source}</p>
      <ScrollRegion label={framework.name}>
        <table>
          <thead>
            <tr>
              <th scope="col">Id</th>
              <th scope="col">Name</th>
              <th scope="col">Worst status</th>
              <th scope="col">Checks</th>
            </tr>
          </thead>
          <tbody>
            {covered.map(({ id, name, checks }) => (
              <tr key={id}>
                <th scope="row" class="mono">
                  {id}
                </th>
                <td>{name ?? <span class="dim">not in our table</span>}</td>
                <td>
                  <Badge tone={STATUSES[worstStatus(checks)].tone}>{STATUSES[worstStatus(checks)].word}</Badge>
                </td>
                <td>
                  <ul class="check-links">
                    {worstFirst(checks).map((check) => (
                      <CheckLink key={context.anchorOf(check)} check={check} {...context} />
                    ))}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {uncovered.length > 0 && (
        <p class="rest">No check of this audit speaks to: {uncovered.map(({ id, name }) => `${id} ${name}`).join('; ')}.</p>
      )}
    </details>
  );
}

export function Compliance({ result }: { result: AuditResult }): VNode | null {
  const coverages = complianceOf(result);
  if (coverages.length === 0) return null;
  const anchors = checkAnchors(result);
  const anchorOf = (check: CheckResult): string => anchors.get(check) ?? 'main';
  return (
    <section class="section" id="compliance" aria-labelledby="compliance-title">
      <h2 id="compliance-title">Standards</h2>
      <p class="lead">
        Which checks speak to which entry. A passed check is evidence, not conformity: no standard is fulfilled by an audit of a model
        alone.
      </p>
      {coverages.map((coverage) => (
        <FrameworkTable key={coverage.framework.prefix} coverage={coverage} anchorOf={anchorOf} several={result.models.length > 1} />
      ))}
    </section>
  );
}
