/** Every audited example as a row of CSV (RFC 4180): what it was, and what broke it. */
import type { AuditResult, ModelResult, SampleResult } from '../../audit/result.ts';
import { className } from '../names.ts';

const COLUMNS = [
  'model',
  'index',
  'id',
  'label',
  'decision',
  'confidence',
  'attack',
  'wrong decision',
  'wrong confidence',
  'distance',
  'norm',
  'survives 8 bits',
];

/** A cell; spreadsheets would run what begins like a formula. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rowOf(model: ModelResult, { index, id, label, clean, adversarial }: SampleResult): string {
  const { norm } = model.threat;
  const found = adversarial
    ? [
        adversarial.attack,
        className(model, adversarial.label),
        adversarial.confidence,
        norm === 'edits' ? (adversarial.distances.edits ?? null) : adversarial.distances[norm],
        norm,
        adversarial.survives8bit,
      ]
    : [null, null, null, null, null, null];
  return [model.name, index, id, className(model, label), className(model, clean.label), clean.confidence, ...found].map(cell).join(',');
}

export function renderCsv({ models }: AuditResult): string {
  const rows = models.flatMap((model) => model.samples.map((sample) => rowOf(model, sample)));
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}
