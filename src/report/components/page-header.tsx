/** The top of the page: whose report this is, and the verdict as one sentence. */
import type { VNode } from 'preact';
import type { AuditResult } from '../../audit/result.ts';
import { complianceOf } from '../compliance.ts';
import { count, dateTime, glued, norm, plural } from '../format.ts';
import { gatesHeadline } from '../gates.ts';
import { exampleWord, VERDICTS } from '../names.ts';
import { overall } from '../overall.ts';
import { Badge } from './badge.tsx';
import { StatusCounts } from './category-gauges.tsx';
import { Mark } from './mark.tsx';

function Toolbar(): VNode {
  return (
    <div class="toolbar needs-script">
      <button type="button" data-action="copy">
        Copy JSON
      </button>
      <button type="button" data-action="download">
        Download JSON
      </button>
      <button type="button" data-action="theme" aria-pressed="false" aria-label="Dark theme" class="round">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle class="sign-line" cx="8" cy="8" r="6.2" />
          <path class="half" d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" />
        </svg>
      </button>
    </div>
  );
}

/** The parts of one model's audit, or the models where there are several. */
function links({ models, checks }: AuditResult): [anchor: string, text: string][] {
  const [first] = models;
  const end: [string, string][] = [
    ...(complianceOf({ checks }).length > 0 ? ([['compliance', 'Standards']] as [string, string][]) : []),
    ['provenance', 'Provenance'],
    ['reading', 'How to read this'],
  ];
  if (models.length > 1)
    return [['comparison', 'Side by side'], ...models.map((model, i): [string, string] => [`model-${i}`, model.name]), ...end];
  if (first === undefined) return end;
  const parts: [string, string][] = [
    ['model-0', 'Verdict'],
    checks.length > 0 ? ['model-0-checks', 'Checks'] : ['model-0-findings', 'Findings'],
    ...(first.attacks.length > 0 ? ([['model-0-attacks', 'Attacks']] as [string, string][]) : []),
  ];
  return [...parts, ['model-0-samples', `Every ${exampleWord(first).one}`], ['model-0-assumptions', 'Assumptions'], ...end];
}

function Navigation({ result }: { result: AuditResult }): VNode {
  return (
    <nav aria-label="Parts of this report">
      <ul>
        {links(result).map(([anchor, text]) => (
          <li key={anchor}>
            <a href={`#${anchor}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What was audited, in one line. */
function scope({ models, run }: AuditResult): string[] {
  const [first] = models;
  if (first === undefined) return [];
  const word = exampleWord(first);
  return [
    models.map((model) => model.name).join(' and '),
    `${plural(first.data.n, word.one, word.many)}${first.data.n < first.data.of ? ` of ${count(first.data.of)}` : ''}`,
    `${norm(first.threat.norm)} ε = ${first.threat.epsilonText}`,
    `preset ${run.preset}`,
    dateTime(run.startedAt),
  ];
}

export function PageHeader({ result }: { result: AuditResult }): VNode {
  const { verdict, headline } = overall(result);
  const { tone, word } = VERDICTS[verdict];
  return (
    <header>
      <div class="topbar">
        <p class="brand">
          <Mark />
          <span>Gibbon</span> <span class="dim">model audit</span>
        </p>
        <Toolbar />
      </div>
      <div class={`verdict tone-${tone}`}>
        <p class="verdict-top">
          <Badge tone={tone}>{word}</Badge>
        </p>
        <h1>{glued(headline)}</h1>
        {result.checks.length > 0 && (
          <div class="verdict-checks">
            <a href={result.models.length > 1 ? '#comparison' : '#model-0-checks'}>{plural(result.checks.length, 'check')}</a>
            <StatusCounts checks={result.checks} />
          </div>
        )}
        {result.gates !== undefined && result.gates.length > 0 && (
          <div class="verdict-checks">
            <a href="#gates">Gates</a>
            <Badge tone={gatesHeadline(result.gates).tone}>{gatesHeadline(result.gates).text}</Badge>
          </div>
        )}
        <ul class="scope">
          {scope(result).map((part) => (
            <li key={part}>{part}</li>
          ))}
        </ul>
      </div>
      <Navigation result={result} />
    </header>
  );
}
