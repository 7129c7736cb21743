/** Answers of the usual servers, found where they put them, and as one score for each class. */
import { describe, expect, it } from 'vitest';
import { answersAt, isPath, locate, parsedJson } from './answer.ts';
import type { AnswerForm, Json } from './endpoint.ts';
import { formOf, outputsOf, scoresOf } from './form.ts';

const two = [
  [0.25, 0.75],
  [1, 0],
];

/** Answers for two rows, by the server's own documentation: the path, and the scores. */
const KNOWN: readonly [name: string, json: Json, path: string, scores: readonly (readonly number[])[]][] = [
  ['TensorFlow Serving', { predictions: two }, 'predictions', two],
  [
    'TensorFlow Serving, named outputs',
    { predictions: two.map((row) => ({ class: 3, probabilities: row })) },
    'predictions[].probabilities',
    two,
  ],
  ['TensorFlow Serving, by columns', { outputs: two }, 'outputs', two],
  [
    'Open Inference Protocol, flat',
    { model_name: 'm', outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 2], data: two.flat() }] },
    'outputs[0]',
    two,
  ],
  ['Open Inference Protocol, nested', { outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 2], data: two }] }, 'outputs[0]', two],
  [
    'Open Inference Protocol, a label beside',
    {
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [2], data: [1, 0] },
        { name: 'p', datatype: 'FP32', shape: [2, 2], data: two.flat() },
      ],
    },
    'outputs[1]',
    two,
  ],
  ['TorchServe, classes by name', two.map(([a, b]) => ({ cat: a as number, dog: b as number })), '$', two],
  [
    'Hugging Face inference',
    two.map(([a, b]) => [
      { label: 'dog', score: b as number },
      { label: 'cat', score: a as number },
    ]),
    '$',
    two,
  ],
  ['a plain array', two, '$', two],
  [
    'MLflow',
    { predictions: [1, 0] },
    'predictions',
    [
      [0, 1],
      [1, 0],
    ],
  ],
  [
    'labels by name',
    { result: { labels: ['dog', 'cat'] } },
    'result.labels',
    [
      [0, 1],
      [1, 0],
    ],
  ],
  [
    'labels in records',
    { results: [{ label: 'dog' }, { label: 'cat' }] },
    'results[].label',
    [
      [0, 1],
      [1, 0],
    ],
  ],
  ['one probability', { predictions: [[0.75], [0.5]] }, 'predictions', [[0.75], [0.5]]],
];

describe.each(KNOWN)('%s', (_, json, path, scores) => {
  it('is found and read', () => {
    const found = locate(json, 2);
    expect(found?.path).toBe(path);
    const form = formOf(found?.readings ?? [], undefined, { names: undefined, atLeast: 2 }) as AnswerForm;
    expect(typeof form).toBe('object');
    expect(answersAt(json, path, 2)?.map((one) => Array.from(scoresOf(one, form) ?? []))).toEqual(scores);
    expect(outputsOf(form)).toBe(scores[0]?.length);
  });
});

describe('one row', () => {
  it.each<[Json, string]>([
    [{ predictions: [[0.1, 0.9]] }, 'predictions'],
    [{ probabilities: [0.1, 0.9] }, 'probabilities'],
    [[0.1, 0.9], '$'],
    [{ label: 'x', scores: { a: 0.1, b: 0.9 } }, 'scores'],
    [{ outputs: [{ shape: [1, 2], data: [0.1, 0.9] }] }, 'outputs[0]'],
  ])('%j', (json, path) => {
    const found = locate(json, 1);
    expect(found?.path).toBe(path);
    expect(Object.values(found?.readings[0] as object)).toEqual([0.1, 0.9]);
  });
});

describe('what does not fit', () => {
  it.each<[Json, number]>([
    [{ predictions: two }, 3],
    [{ error: 'no model' }, 1],
    [{ predictions: [[], []] }, 2],
    [{ outputs: [{ shape: [3, 2], data: [1, 2, 3, 4] }] }, 2],
    [null, 1],
  ])('%j for %d rows', (json, rows) => {
    expect(locate(json, rows)).toBeUndefined();
  });

  it('is no answer of that form', () => {
    const scores: AnswerForm = { kind: 'scores', numbers: 2 };
    const labels: AnswerForm = { kind: 'labels', names: null, classes: 3 };
    expect([scoresOf([1, 2, 3], scores), scoresOf('a', scores), scoresOf(3, labels), scoresOf(-1, labels), scoresOf(0.5, labels)]).toEqual(
      Array(5).fill(undefined),
    );
    expect(scoresOf({ fox: 1, cat: 0 }, { kind: 'named', names: ['cat', 'dog'] })).toBeUndefined();
  });

  it('is said in a sentence', () => {
    const known = { names: ['cat', 'dog'], atLeast: 0 };
    expect(formOf([[1, 2], [1]], undefined, known)).toContain('different lengths');
    expect(formOf(['fox'], undefined, known)).toContain('“fox” is none of cat, dog');
    expect(formOf([1, 'cat'], undefined, known)).toContain('different kinds');
    expect(formOf(['cat', 'cat'], undefined, { atLeast: 0 })).toContain('every answer is “cat”');
  });
});

it('whole numbers are classes unless the user says that they are scores; numbers between are scores', () => {
  const known = { names: undefined, atLeast: 5 };
  expect(formOf([0, 1, 1], undefined, known)).toEqual({ kind: 'labels', names: null, classes: 5 });
  expect(formOf([0, 1, 7], undefined, known)).toMatchObject({ classes: 8 });
  expect(formOf([0, 1, 1], 'scores', known)).toEqual({ kind: 'scores', numbers: 1 });
  expect(formOf([0.5, 1], undefined, known)).toEqual({ kind: 'scores', numbers: 1 });
  expect(formOf(['3', '1'], undefined, known)).toMatchObject({ kind: 'labels', classes: 5 });
  const decisions = formOf(two, 'labels', known) as AnswerForm;
  expect(two.map((row) => Array.from(scoresOf(row, decisions) ?? []))).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

it('reads what Python writes for numbers that are none, and nothing else that is no JSON', () => {
  expect(parsedJson('{"a": [NaN, -Infinity, 1], "b": "NaN, [NaN]"}')).toEqual({ a: [null, null, 1], b: expect.any(String) });
  expect(parsedJson('NaNa')).toBeUndefined();
  expect(scoresOf([null, 1], { kind: 'scores', numbers: 2 })).toEqual(Float32Array.of(Number.NaN, 1));
});

it.each(['predictions', '$', 'outputs[0].data', 'a[].b', '[0]', '[].x'])('%s is a path', (path) => expect(isPath(path)).toBe(true));
it.each(['', 'a..b', '.a', 'a[', 'a[x]', 'a.'])('%j is none', (path) => expect(isPath(path)).toBe(false));
