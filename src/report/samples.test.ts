import { describe, expect, test } from 'vitest';
import { modelCurve } from './curve.ts';
import { rankExamples } from './examples.ts';
import { pngSize, safePicture } from './pictures.ts';
import { confusionMatrix, outcome, pairedBreaks, tally, topConfusions } from './samples.ts';
import { bySeverity } from './severity.ts';
import { certifiedModel } from './testing/certified-model.ts';
import { pngDataUri } from './testing/png.ts';
import { sampleModel } from './testing/sample-result.ts';

const model = sampleModel({ n: 400 });

describe('outcomes', () => {
  test('add up to the sample and to the summary', () => {
    const counts = tally(model);
    expect(counts.broken + counts.survived + counts.wrong).toBe(400);
    expect(counts.survived).toBe(model.summary.robustAccuracy.count);
  });
  test('the matrix holds every example, survivors on its diagonal', () => {
    const matrix = confusionMatrix(model);
    expect(matrix.flat().reduce((sum, n) => sum + n, 0)).toBe(400);
    expect(matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)).toBe(tally(model).survived);
  });
  test('labels outside the classes are left out', () => {
    const odd = { ...model, samples: model.samples.map((sample) => ({ ...sample, label: -1 })) };
    expect(
      confusionMatrix(odd)
        .flat()
        .every((n) => n === 0),
    ).toBe(true);
  });
  test('the commonest changes come first and count broken examples only', () => {
    const top = topConfusions(model, 1000);
    expect(top.reduce((sum, entry) => sum + entry.count, 0)).toBe(tally(model).broken);
    expect(top.map((entry) => entry.count)).toEqual(top.map((entry) => entry.count).sort((a, b) => b - a));
  });
});

describe('where certificates alone tell of the examples', () => {
  const proved = certifiedModel({ n: 40 });
  const statuses = (wanted: string) => proved.certificates?.samples.filter(({ status }) => status === wanted).length;
  test('the outcomes are theirs', () => {
    const counts = tally(proved);
    expect(counts).toMatchObject({ survived: 0, untried: 0, certified: statuses('certified'), broken: statuses('attacked') });
    expect(counts).toMatchObject({ undecided: statuses('undecided'), wrong: statuses('misclassified') });
  });
  test('without certificates, or with those of a smoothed classifier, nothing was tried', () => {
    for (const certificates of [undefined, { ...proved.certificates, of: 'smoothed classifier' } as typeof proved.certificates]) {
      const counts = tally({ ...proved, certificates });
      expect(counts.untried).toBe(40 - counts.wrong);
      expect(
        confusionMatrix({ ...proved, certificates })
          .flat()
          .reduce((sum, n) => sum + n, 0),
      ).toBe(counts.wrong);
    }
  });
  test('those that attacks left are certified where that is proved', () => {
    const both = { ...sampleModel({ n: 40, broken: 0 }), certificates: proved.certificates };
    expect(tally(both)).toMatchObject({ certified: statuses('certified'), survived: statuses('undecided'), broken: statuses('attacked') });
  });
});

describe('pairs', () => {
  const strong = sampleModel({ n: 400, broken: 0.1 });
  test('count the same examples under two models', () => {
    const pairs = pairedBreaks(model, strong);
    const both = model.samples.filter((sample, i) => {
      const other = strong.samples[i];
      return outcome(sample, model) === 'broken' && other !== undefined && outcome(other, strong) === 'broken';
    });
    expect(pairs?.both).toBe(both.length);
    expect((pairs?.onlyA ?? 0) + (pairs?.both ?? 0)).toBeLessThanOrEqual(tally(model).broken);
  });
  test('need the same data', () => expect(pairedBreaks(model, { ...strong, data: { ...strong.data, sha256: 'other' } })).toBeNull());
});

describe('examples', () => {
  test('those that survive saving come first, then the most confident', () => {
    const ranked = rankExamples(model).map(({ example }) => example);
    const survivors = ranked.filter((example) => example.survives8bit);
    expect(ranked.slice(0, survivors.length)).toEqual(survivors);
    const sure = survivors.map((example) => example.adversarial.confidence ?? 0);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
  });
  test('keep their place in the result', () => {
    for (const { example, position } of rankExamples(model)) expect(model.examples[position]).toBe(example);
  });
});

test('findings are ordered by severity', () =>
  expect(bySeverity(model.findings).map((finding) => finding.severity)).toEqual(['critical', 'info', 'pass']));

test('a curve begins with the clean accuracy', () => {
  const first = modelCurve(model)?.series[0]?.places[0];
  expect(first?.epsilon).toBe(0);
  expect(first?.value).toBe(model.summary.cleanAccuracy);
});

describe('pictures', () => {
  const png = pngDataUri(new Float32Array(12), 4, 3, 1);
  test('know their size', () => expect([pngSize(png), pngSize('data:image/jpeg;base64,AAAA')]).toEqual([{ width: 4, height: 3 }, null]));
  test.each(['http://a/b.png', 'javascript:alert(1)', 'data:image/svg+xml;base64,AAAA', 'data:image/png;base64,AA"', '//a'])(
    '%s is none',
    (uri) => expect(safePicture(uri)).toBeNull(),
  );
  test('a PNG is one', () => expect(safePicture(png)).toBe(png));
});
