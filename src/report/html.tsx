/** The result as one self-contained HTML page. */
import { renderToString } from 'preact-render-to-string';
import type { AuditResult } from '../audit/result.ts';
import { Document } from './components/document.tsx';

/**
 * The audit as one HTML page that needs no network, works without JavaScript and holds the JSON it was made from.
 * Pictures are stored once: in the embedded JSON each is `#` and the id of its `<img>`; "Download JSON" puts them back.
 */
export function renderHtml(result: AuditResult): string {
  return `<!doctype html>\n${renderToString(<Document result={result} />)}\n`;
}
