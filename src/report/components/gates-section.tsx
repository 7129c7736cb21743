/** The gates of a run: what was asked, what came of it, those that do not hold first. */
import type { VNode } from 'preact';
import type { AuditResult } from '../../audit/result.ts';
import { glued } from '../format.ts';
import { GATE_OUTCOMES, gateRule, gatesHeadline, gatesOf, gateTone } from '../gates.ts';
import { Badge } from './badge.tsx';
import { ScrollRegion } from './scroll-region.tsx';

export function GatesSection({ result }: { result: AuditResult }): VNode | null {
  const gates = gatesOf(result);
  if (gates.length === 0) return null;
  const several = result.models.length > 1;
  return (
    <section class="section" id="gates" aria-labelledby="gates-title">
      <h2 id="gates-title">Gates</h2>
      <p class="lead">{`${gatesHeadline(gates).text}. A limit holds where the pessimistic end of the interval keeps it.`}</p>
      <ScrollRegion label="Gates">
        <table>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              {several && <th scope="col">Model</th>}
              <th scope="col">Rule</th>
              <th scope="col">What was found</th>
            </tr>
          </thead>
          <tbody>
            {gates.map((gate, i) => (
              <tr key={i}>
                <td>
                  <Badge tone={gateTone(gate)}>{GATE_OUTCOMES[gate.outcome]}</Badge>
                </td>
                {several && <td>{gate.model}</td>}
                <td class="mono">{gateRule(gate)}</td>
                <td>{glued(gate.text)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}
