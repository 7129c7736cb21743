/** Every audited example as a row of CSV (RFC 4180): what it was, and what broke it. */
import type { AuditResult, ModelResult, SampleResult } from '../../audit/result.ts';
import { className } from '../names.ts';
import { csvOf } from './csv-cells.ts';

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

function rowOf(model: ModelResult, { index, id, label, clean, adversarial }: SampleResult): (string | number | boolean | null)[] {
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
  return [model.name, index, id, className(model, label), className(model, clean.label), clean.confidence, ...found];
}

export function renderCsv({ models }: AuditResult): string {
  return csvOf(
    COLUMNS,
    models.flatMap((model) => model.samples.map((sample) => rowOf(model, sample))),
  );
}
