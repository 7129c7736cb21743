import { expect, it } from 'vitest';
import { evaluateGates } from '../audit/gates/evaluate.ts';
import { sampleModel, sampleResult } from '../report/testing/sample-result.ts';
import { annotations } from './annotations.ts';

it('gates that do not hold and severe findings, errors first, one a line', () => {
  const result = sampleResult();
  const gates = evaluateGates(result, {
    rules: {
      'evasion.robustAccuracy': [
        ['warn', { min: 0.6 }],
        ['error', { min: 0.4 }],
      ],
      'evasion.cleanAccuracy': ['error', { min: 0.5 }],
    },
  });
  const lines = annotations({ ...result, gates: gates ?? [] });
  expect(lines).toEqual([
    expect.stringMatching(/^::error title=Gate%3A evasion\.robustAccuracy ≥ 40 %25 \(mnist-natural\)::Robust accuracy 4\.5 %25 \(/),
    expect.stringMatching(/^::warning title=Gate%3A evasion\.robustAccuracy ≥ 60 %25/),
    expect.stringMatching(/^::warning title=Small changes flip nearly every decision \(mnist-natural\)::Changes of at most/),
  ]);
  expect(annotations(sampleResult([sampleModel({ broken: 0 })]))).toEqual([]);
});

it('no name can end a command or begin another', () => {
  const model = sampleModel({ name: 'a,b::c\r\n::error::owned%0A' });
  for (const line of annotations(sampleResult([model]))) {
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(line.match(/::/g)?.length).toBe(2);
    expect(line).not.toContain('%0A');
  }
});
