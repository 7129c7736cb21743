import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sampleResult } from '../report/testing/sample-result.ts';
import { gatingOf } from './gating.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-gating-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const OPTIONS = { models: [{ path: 'net.onnx', name: 'net' }] };

describe('gates that cannot be meant are refused before the work', () => {
  it.each([
    ['a check that is spelt wrongly', { gates: { 'evasin.robustAccuracy': ['error', { min: 0.4 }] } }, 'E_USAGE', /Did you mean evasion\?/],
    ['a check that does not exist', { gates: { 'fuzzing.crashes': ['error', { max: 0 }] } }, 'E_USAGE', /There is .*evasion/],
    [
      'a figure that is spelt wrongly',
      { gates: { 'evasion.robustAcuracy': ['error', { min: 0.4 }] } },
      'E_USAGE',
      /^Did you mean robustAccuracy\?$/,
    ],
    [
      'a figure of another check',
      { gates: { 'evasion.auc': ['error', { max: 0.6 }] } },
      'E_USAGE',
      /There is cleanAccuracy, robustAccuracy/,
    ],
    ['a batch that is not run', { gates: { 'latency.p99@batch=7': ['error', { max: 9 }] } }, 'E_USAGE', /Did you mean p99@batch=/],
    ['a figure without its place', { gates: { 'latency.p99': ['error', { max: 9 }] } }, 'E_USAGE', /There is .*p99@batch=8/],
    ['a figure in a rule that is off', { gates: { 'evasion.cleanAcuracy': 'off' } }, 'E_USAGE', /cleanAccuracy/],
    ['a model that is spelt wrongly', { gates: { 'Net:evasion': ['error', { maxSeverity: 'low' }] } }, 'E_USAGE', /Did you mean net\?/],
    ['a model that is not audited', { gates: { 'other:evasion': ['error', { maxSeverity: 'low' }] } }, 'E_USAGE', /There is net/],
    ['a change without baseline', { gates: { 'evasion.robustAccuracy': ['warn', { maxDrop: 0 }] } }, 'E_USAGE', /Add --baseline/],
    ['a rule without a limit', { gates: { 'evasion.robustAccuracy': ['error', {}] } }, 'E_USAGE', /min: 0\.4/],
    ['a baseline that is not there', { baseline: join(folder, 'none.json') }, 'E_FILE_NOT_FOUND', /result\.json/],
    ['a baseline that is no JSON', { baseline: file('text.json', 'x') }, 'E_USAGE', /made again/],
    ['a baseline that is something else', { baseline: file('other.json', '{"schemaVersion":"9"}') }, 'E_USAGE', /made again/],
  ])('%s', async (_, request, code, hint) => {
    await expect(gatingOf(request, OPTIONS)).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
  });
});

it.each([
  'latency.p99@batch=8',
  'membership.tpr@fpr=0.001',
  'transfer.transferRate.resnet-20',
  'group-performance.accuracyGap.sex',
  'group-performance.recall-3@sex=f',
  'group-robustness.attackSuccessRate@age-ge-25=yes',
  'output-exposure.auc@decimals=2',
])('%s is the name of a figure that data or parameters name', async (name) => {
  await expect(gatingOf({ gates: { [name]: ['error', { max: 1 }] } }, OPTIONS)).resolves.toMatchObject({
    rules: { [name]: expect.anything() },
  });
});

it('a result that was written is a baseline, and fields that this version does not know do no harm', async () => {
  const baseline = file('result.json', JSON.stringify({ ...sampleResult(), invented: 1 }));
  const gates = { 'net:evasion.robustAccuracy': ['error', { maxDrop: 0.1 }] };
  await expect(gatingOf({ gates, baseline }, OPTIONS)).resolves.toMatchObject({ rules: gates, baseline: { schemaVersion: '1.0' } });
  await expect(gatingOf({}, OPTIONS)).resolves.toEqual({ rules: {} });
});
