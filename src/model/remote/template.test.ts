/** Requests out of templates, rows as JSON, and what counts as a template. */
import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../preprocessing.ts';
import type { Json } from './endpoint.ts';
import { writtenOf } from './judge.ts';
import { assertTemplate, filled, takesMany } from './template.ts';
import { rowWriter } from './write-row.ts';

const base: Preprocessing = { modality: 'tensor', layout: 'none', channels: 'none', shape: [2], mean: [0], std: [1], resize: 'crop' };

const table: Preprocessing = {
  ...base,
  modality: 'table',
  encoding: {
    kind: 'ports',
    ports: [],
    groups: [],
    certain: true,
    columns: [
      { name: 'age', scale: 10, offset: 0, low: 0, high: 10, whole: true, movable: true },
      { name: 'job "x"', scale: 1, offset: 0, low: 0, high: 1, whole: true, movable: false, categories: ['cook', 'ma"son'] },
    ],
  },
};

function body(template: Json, p: Preprocessing, rows: readonly Float32Array[]): unknown {
  return JSON.parse(filled(template, writtenOf(rows.map(rowWriter(p)), p)));
}

const [a, b] = [Float32Array.of(0.5, 1), Float32Array.of(0.25, -3)];

describe('a template', () => {
  it.each<[Json, unknown]>([
    [
      { instances: '$rows' },
      {
        instances: [
          [0.5, 1],
          [0.25, -3],
        ],
      },
    ],
    [
      '$rows',
      [
        [0.5, 1],
        [0.25, -3],
      ],
    ],
    [
      { inputs: [{ name: 'x', shape: '$shape', datatype: 'FP32', data: '$flat' }], n: '$count', keep: [true, null, 'text', 1.5] },
      { inputs: [{ name: 'x', shape: [2, 2], datatype: 'FP32', data: [0.5, 1, 0.25, -3] }], n: 2, keep: [true, null, 'text', 1.5] },
    ],
    [
      { instances: { $each: { image: '$row', top: 3 } } },
      {
        instances: [
          { image: [0.5, 1], top: 3 },
          { image: [0.25, -3], top: 3 },
        ],
      },
    ],
  ])('%j', (template, expected) => {
    expect(body(template, base, [a, b])).toEqual(expected);
  });

  it('of one row', () => {
    expect(body({ data: '$row' }, base, [a])).toEqual({ data: [0.5, 1] });
    expect([takesMany({ data: '$row' }), takesMany('$rows'), takesMany({ a: { $each: ['$row'] } })]).toEqual([false, true, true]);
  });

  it('of a table: rows, records, columns', () => {
    const rows = [Float32Array.of(3.9, 1), Float32Array.of(2, 0)];
    expect(body({ dataframe_split: { columns: '$columns', data: '$rows' } }, table, rows)).toEqual({
      dataframe_split: {
        columns: ['age', 'job "x"'],
        data: [
          [39, 'ma"son'],
          [20, 'cook'],
        ],
      },
    });
    expect(body('$records', table, rows)).toEqual([
      { age: 39, 'job "x"': 'ma"son' },
      { age: 20, 'job "x"': 'cook' },
    ]);
    expect(body({ $each: '$record' }, table, rows.slice(1))).toEqual([{ age: 20, 'job "x"': 'cook' }]);
  });

  it('of texts, brackets and quotes included', () => {
    const p: Preprocessing = {
      ...base,
      modality: 'text',
      shape: [8],
      encoding: { kind: 'text', feed: { as: 'string', port: '', rank: 1 } },
    };
    const row = new Float32Array(8);
    row.set([...'[a]"é'].map((letter) => letter.codePointAt(0) as number));
    expect(body({ inputs: '$rows' }, p, [row])).toEqual({ inputs: ['[a]"é'] });
    expect(body({ inputs: '$flat' }, p, [row])).toEqual({ inputs: ['[a]"é'] });
    expect(body('$shape', p, [row])).toEqual([1]);
  });

  it.each<[Json, string]>([
    [{ instances: [] }, 'no place for the rows'],
    [{ instances: '$row s' }, '$row s, which does not exist'],
    [{ instances: '$rows', shape: '$sape' }, '$sape'],
  ])('%j is refused', (template, message) => {
    expect(() => assertTemplate(template)).toThrow(message);
  });
});

describe('a row', () => {
  it('is nested as its shape says, and normalised as a deployment would do it', () => {
    const p: Preprocessing = {
      ...base,
      modality: 'image',
      layout: 'NCHW',
      channels: 'rgb',
      shape: [3, 1, 2],
      mean: [0, 0.5, 0],
      std: [1, 0.5, 1 / 255],
    };
    const row = Float32Array.of(0, 1, 0.5, 1, 0, 1);
    expect(JSON.parse(rowWriter(p)(row).json)).toEqual([[[0, 1]], [[0, 1]], [[0, 255]]]);
    expect(Array.from(row)).toEqual([0, 1, 0.5, 1, 0, 1]);
  });

  it('comes back as the same float32, in nine digits', () => {
    const row = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i) * 10 ** ((i % 60) - 30));
    const { json } = rowWriter({ ...base, shape: [3000] })(row);
    expect(Float32Array.from(JSON.parse(json) as number[])).toEqual(row);
    expect(
      Math.max(
        ...json
          .slice(1, -1)
          .split(',')
          .map((text) => text.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length),
      ),
    ).toBeLessThanOrEqual(9);
  });
});
