/** Gates and severe findings as annotations of a GitHub Actions run (workflow commands). */
import type { AuditResult } from '../audit/result.ts';
import { gateRule, gatesOf } from '../report/gates.ts';
import { plain } from '../report/plain.ts';

/** GitHub shows so many of each level for a step. */
const SHOWN = 10;

interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly text: string;
}

/** One workflow command a line, errors first; empty where there is nothing to say. */
export function annotations(result: AuditResult): string[] {
  const gates = gatesOf(result)
    .filter(({ counts }) => counts !== 'pass')
    .map((gate): Annotation => {
      const level = gate.counts === 'fail' ? 'error' : 'warning';
      return { level, title: `Gate: ${gateRule(gate)} (${gate.model})`, text: gate.text };
    });
  // Whether a finding fails the run is up to the gates: by itself it warns.
  const findings = result.models.flatMap(({ name, findings: own }) =>
    own
      .filter(({ severity }) => severity === 'critical' || severity === 'high')
      .map(({ title, text }): Annotation => ({ level: 'warning', title: `${title} (${name})`, text })),
  );
  const all = [...gates, ...findings];
  return (['error', 'warning'] as const).flatMap((level) =>
    all
      .filter((one) => one.level === level)
      .slice(0, SHOWN)
      .map(command),
  );
}

function command({ level, title, text }: Annotation): string {
  return `::${level} title=${property(plain(title))}::${message(plain(text))}`;
}

/** What the runner would take for its own is percent-encoded, as its toolkit does. */
const message = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
const property = (text: string): string => message(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
