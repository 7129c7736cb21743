/** Audits a model and writes the report: what `npx gibbon audit model.onnx --data folder` does, from a program. */
import { writeFile } from 'node:fs/promises';
import { audit, renderHtml } from 'gibbon';

// Without `model` and `data` the pair of MNIST networks that ships with Gibbon is audited.
const result = await audit({
  preset: 'quick',
  n: 50,
  folder: 'gibbon-report',
  onNote: (line) => console.error(line),
});

for (const { name, summary } of result.models) {
  const { value, low, high, n } = summary.robustAccuracy;
  console.log(`${name}: ${summary.verdict}; ${percent(value)} of ${n} stand (95 % interval ${percent(low)} to ${percent(high)})`);
}
await writeFile('gibbon-report/report.html', renderHtml(result));

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
