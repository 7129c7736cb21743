/** The result as a CycloneDX 1.6 bill of materials (ECMA-424): each model as a component with its hash and a model card that holds the measured figures. */
import type { Metric } from '../../audit/metric.ts';
import type { AuditResult, CheckResult, ModelResult } from '../../audit/result.ts';
import { checksByModel, openFindings, reasons } from '../checks.ts';
import { fileName } from '../names.ts';
import { plain } from '../plain.ts';

const TASKS: Record<ModelResult['data']['modality'], string> = {
  image: 'image classification',
  waveform: 'audio classification',
  text: 'text classification',
  table: 'tabular classification',
  tensor: 'classification',
};

/** A UUID made of a hash, so that the same result has the same serial number (RFC 9562, version 8: custom). */
function serialNumber(sha256: string): string {
  const hex = sha256
    .toLowerCase()
    .replace(/[^0-9a-f]/g, '')
    .padEnd(32, '0');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function performance(check: CheckResult, name: string, metric: Metric): Record<string, unknown>[] {
  if (metric.value === null) return [];
  const bounds =
    metric.low === null || metric.high === null
      ? {}
      : { confidenceInterval: { lowerBound: String(metric.low), upperBound: String(metric.high) } };
  return [
    {
      type: plain(`${check.id}.${name}`),
      value: String(metric.value),
      slice: plain(metric.n === null ? metric.label : `${metric.label}, n = ${metric.n}`),
      ...bounds,
    },
  ];
}

function limitations(checks: readonly CheckResult[]): string[] {
  const known = openFindings(checks).map(({ finding }) => plain(`${finding.title}. ${finding.text}`));
  const open = checks.filter(({ status }) => status === 'undecided').map(({ id, reason }) => plain(`${id}: undecided. ${reason ?? ''}`));
  const left = reasons(checks.filter(({ status }) => status === 'not-applicable')).map(({ reason, checks: members }) =>
    plain(`Not examined: ${members.map(({ id }) => id).join(', ')}. ${reason}`),
  );
  return [...known, ...open, ...left];
}

function component(model: ModelResult, checks: readonly CheckResult[], index: number): Record<string, unknown> {
  const described = ({ name, type, shape }: ModelResult['input']): { format: string } => ({
    format: plain(`${name}: ${type} [${shape.join(', ')}]`),
  });
  return {
    type: 'machine-learning-model',
    'bom-ref': `model-${index}`,
    name: plain(model.name),
    description: plain(model.summary.headline),
    // Of an endpoint nobody has seen the file.
    ...(model.remote
      ? { externalReferences: [{ type: 'other', url: model.remote.url }] }
      : { hashes: [{ alg: 'SHA-256', content: model.sha256 }] }),
    modelCard: {
      'bom-ref': `model-card-${index}`,
      modelParameters: {
        approach: { type: 'supervised' },
        task: TASKS[model.data.modality],
        datasets: [{ ref: `data-${index}` }],
        inputs: [described(model.input)],
        outputs: [described(model.output)],
      },
      quantitativeAnalysis: {
        performanceMetrics: checks.flatMap((check) =>
          Object.entries(check.metrics).flatMap(([name, metric]) => performance(check, name, metric)),
        ),
      },
      considerations: { technicalLimitations: limitations(checks) },
    },
  };
}

function dataset({ data }: ModelResult, index: number): Record<string, unknown> {
  return {
    type: 'data',
    'bom-ref': `data-${index}`,
    name: plain(fileName(data.path)),
    hashes: [{ alg: 'SHA-256', content: data.sha256 }],
    data: [{ type: 'dataset', name: plain(fileName(data.path)), description: `Evaluated on ${data.n} of ${data.of} examples` }],
  };
}

export function renderCycloneDx(result: AuditResult): string {
  const checks = checksByModel(result);
  const { gibbon, run, models } = result;
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(models[0]?.sha256 ?? ''),
    version: 1,
    metadata: {
      timestamp: run.startedAt,
      tools: { components: [{ type: 'application', name: 'gibbon', version: gibbon.version }] },
      properties: [
        { name: 'gibbon:command', value: plain(run.command) },
        { name: 'gibbon:preset', value: plain(run.preset) },
        { name: 'gibbon:seed', value: String(run.seed) },
      ],
    },
    components: [...models.map((model, i) => component(model, checks[i] ?? [], i)), ...models.map(dataset)],
  };
  return `${JSON.stringify(bom, null, 1)}\n`;
}
