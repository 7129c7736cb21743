/** The whole page: head with its policy, style and script; body; the result as JSON. */
import type { VNode } from 'preact';
import type { AuditResult } from '../../audit/result.ts';
import { checkAnchors } from '../check-anchors.ts';
import { checksByModel } from '../checks.ts';
import { CLIENT_SCRIPT, CLIENT_SCRIPT_HASH } from '../client-script.ts';
import { embedJson } from '../embed.ts';
import { withoutPictures } from '../pictures.ts';
import { CHECKS } from '../styles/checks.ts';
import { PAGE } from '../styles/page.ts';
import { PARTS } from '../styles/parts.ts';
import { PRINT } from '../styles/print.ts';
import { THEME } from '../styles/theme.ts';
import { Comparison } from './comparison.tsx';
import { Compliance } from './compliance.tsx';
import { GatesSection } from './gates-section.tsx';
import { ModelSection } from './model-section.tsx';
import { PageFooter } from './page-footer.tsx';
import { PageHeader } from './page-header.tsx';
import { Provenance } from './provenance.tsx';

// Only the script whose hash is named may run and nothing may be loaded: a name that slipped through could do no harm.
const POLICY = `default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src '${CLIENT_SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

function Head({ title }: { title: string }): VNode {
  return (
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={POLICY} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="generator" content="Gibbon" />
      <meta name="referrer" content="no-referrer" />
      <title>{title}</title>
      <style dangerouslySetInnerHTML={{ __html: THEME + PAGE + PARTS + CHECKS + PRINT }} />
      <script dangerouslySetInnerHTML={{ __html: CLIENT_SCRIPT }} />
    </head>
  );
}

export function Document({ result }: { result: AuditResult }): VNode {
  const names = result.models.map((model) => model.name).join(' and ');
  const several = result.models.length > 1;
  const checks = checksByModel(result);
  const anchors = checkAnchors(result);
  return (
    <html lang="en">
      <Head title={`${names} · Gibbon robustness audit`} />
      <body>
        <a class="skip" href="#main">
          Skip to the results
        </a>
        <div class="page">
          <PageHeader result={result} />
          <main id="main" tabIndex={-1}>
            <GatesSection result={result} />
            {several && <Comparison result={result} />}
            {result.models.map((model, i) => (
              <ModelSection key={i} model={model} index={i} checks={checks[i] ?? []} anchors={anchors} />
            ))}
            <Compliance result={result} />
            <Provenance result={result} />
          </main>
          <PageFooter version={result.gibbon.version} />
        </div>
        <script type="application/json" id="gibbon-result" dangerouslySetInnerHTML={{ __html: embedJson(withoutPictures(result)) }} />
      </body>
    </html>
  );
}
