/** The forms that a result can be written in, by the end of the file's name. */
import type { AuditResult } from '../../audit/result.ts';
import { GibbonError } from '../../base/errors.ts';

type Render = (result: AuditResult) => string;

interface Format {
  /** The end of a file's name. */
  readonly ending: string;
  readonly about: string;
  /** Loaded when there is something to render, so that the first attack step comes sooner. */
  readonly load: () => Promise<Render>;
}

export const FORMATS: readonly Format[] = [
  { ending: '.badge.json', about: 'a badge (shields.io endpoint)', load: async () => (await import('./badge.ts')).renderBadge },
  {
    ending: '.cdx.json',
    about: 'CycloneDX 1.6: the models with hashes and measured figures',
    load: async () => (await import('./cyclonedx.ts')).renderCycloneDx,
  },
  { ending: '.junit.xml', about: 'JUnit: a test case for each check', load: async () => (await import('./junit.ts')).renderJunit },
  { ending: '.xml', about: 'the same', load: async () => (await import('./junit.ts')).renderJunit },
  { ending: '.sarif', about: 'SARIF 2.1.0, for code-scanning dashboards', load: async () => (await import('./sarif.ts')).renderSarif },
  { ending: '.sarif.json', about: 'the same', load: async () => (await import('./sarif.ts')).renderSarif },
  { ending: '.json', about: 'the whole result', load: async () => (result) => `${JSON.stringify(result, null, 1)}\n` },
  {
    ending: '.md',
    about: 'Markdown, for a pull request or a job summary',
    load: async () => (await import('./markdown.ts')).renderMarkdown,
  },
  {
    ending: '.card.md',
    about: 'a model card, filled with what was measured',
    load: async () => (await import('./model-card.ts')).renderModelCard,
  },
  {
    ending: '.metrics.csv',
    about: 'every figure of every check as a row',
    load: async () => (await import('./metrics-csv.ts')).renderMetricsCsv,
  },
  { ending: '.csv', about: 'every example as a row', load: async () => (await import('./csv.ts')).renderCsv },
  { ending: '.html', about: 'the report', load: async () => (await import('../html.tsx')).renderHtml },
];

/** @throws GibbonError E_USAGE for another ending */
export function formatOf(path: string): Format {
  const format = [...FORMATS].sort((a, b) => b.ending.length - a.ending.length).find(({ ending }) => path.toLowerCase().endsWith(ending));
  if (format) return format;
  throw new GibbonError('E_USAGE', `in which form should ${path} be written?`, {
    hint: `The end of its name says: ${FORMATS.map(({ ending }) => ending).join(', ')}.`,
  });
}
