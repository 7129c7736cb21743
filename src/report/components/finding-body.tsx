/** What a check found: the facts, what they mean for this threat model, what helps, and where to read on. */
import type { VNode } from 'preact';
import type { Finding } from '../../audit/result.ts';
import { glued } from '../format.ts';
import { SEVERITIES } from '../severity.ts';
import { Badge } from './badge.tsx';

/** A citation; an address in it becomes a link, which nothing follows by itself. */
export function Reference({ text }: { text: string }): VNode {
  const address = /https?:\/\/[^\s<>"]+[^\s<>".,;)]/.exec(text)?.[0];
  const arxiv = address === undefined ? /arXiv:(\d{4}\.\d{4,5})/i.exec(text) : null;
  const href = address ?? (arxiv === null ? null : `https://arxiv.org/abs/${arxiv[1]}`);
  if (href === null) return <>{text}</>;
  return (
    <a href={href} rel="noopener noreferrer">
      {text}
    </a>
  );
}

export function FindingBody({ finding, isTitled }: { finding: Finding; isTitled: boolean }): VNode {
  const { word, tone } = SEVERITIES[finding.severity];
  return (
    <li class="finding">
      <p class="finding-top">
        <Badge tone={tone}>{word}</Badge>
      </p>
      {isTitled && <h6>{finding.title}</h6>}
      <p>{glued(finding.text)}</p>
      {finding.meaning !== undefined && (
        <p class="meaning">
          <strong>What it means:</strong> {finding.meaning}
        </p>
      )}
      {finding.remedies.length > 0 && (
        <div class="remedies">
          <p class="remedies-title">What helps, best first</p>
          <ol>
            {finding.remedies.map((remedy, i) => (
              <li key={i}>{remedy}</li>
            ))}
          </ol>
        </div>
      )}
      {finding.reference !== undefined && (
        <p class="reference">
          <Reference text={finding.reference} />
        </p>
      )}
    </li>
  );
}
