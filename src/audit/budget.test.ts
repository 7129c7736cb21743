/** Budgets in the units of the data: standard deviations for tables, and defaults that whole numbers can use. */
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import type { EncodedColumn } from '../model/ports-encoding.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { budgetOf } from './budget.ts';
import type { AuditOptions } from './options.ts';

const column = (name: string, scale: number, more: Partial<EncodedColumn> = {}): EncodedColumn => ({
  name,
  scale,
  offset: 0,
  low: 0,
  high: 9,
  whole: true,
  movable: true,
  ...more,
});

const table = (...columns: EncodedColumn[]): Preprocessing => ({
  modality: 'table',
  layout: 'none',
  channels: 'none',
  shape: [columns.length],
  mean: [0],
  std: [1],
  resize: 'crop',
  encoding: { kind: 'ports', columns, ports: [], groups: [], certain: true },
});

const images: Preprocessing = { ...table(), modality: 'image', layout: 'NCHW', channels: 'grayscale', shape: [1, 28, 28] };
const { encoding: _, ...pictures } = images;

function budget(preprocessing: Preprocessing, epsilon?: string, norm: AuditOptions['norm'] = 'linf'): [number, string] | string {
  const options: AuditOptions = {
    models: [],
    data: { path: 'd' },
    flags: {},
    norm,
    seed: 0,
    preset: 'quick',
    threads: 1,
    ...(epsilon === undefined ? {} : { epsilon }),
  };
  try {
    const { value, text } = budgetOf(options, { preprocessing });
    return [value, text];
  } catch (thrown) {
    if (thrown instanceof GibbonError) return thrown.code;
    throw thrown;
  }
}

describe('budgetOf', () => {
  const adult = table(
    column('age', 13.7),
    column('job', 1, { movable: false, categories: ['a', 'b'] }),
    column('gain', 7450),
    column('grade', 2.5),
  );

  it('is a tenth of a standard deviation, told in the units of a column that can move by it', () => {
    expect(budget(adult)).toEqual([0.1, '0.1 sd (1.37 in age)']);
    expect(budget(table(column('grade', 2.5), column('rate', 0.2, { whole: false })))).toEqual([0.1, '0.1 sd (0.02 in rate)']);
  });

  it('is raised until half of the columns that may change can take a step', () => {
    // Steps of one are 1/4, 1/2 and 1/8 standard deviations: at 1/4 two of the three can move.
    expect(budget(table(column('a', 4), column('b', 2), column('c', 8)))).toEqual([0.25, '0.25 sd (1 in a)']);
    // What the user says is left alone.
    expect(budget(table(column('a', 4)), '0.1sd')).toEqual([0.1, '0.1 sd (0.4 in a)']);
  });

  it('takes a plain number for standard deviations, and these for tables only', () => {
    expect(budget(adult, '0.2')).toEqual(budget(adult, '0.2 sd'));
    expect(budget(adult, '0.5', 'l2')).toEqual([0.5, '0.5 sd (6.85 in age)']);
    expect(budget(adult, '3edits')).toBe('E_USAGE');
    expect(budget(pictures, '0.1sd')).toBe('E_USAGE');
    expect(budget(pictures, '8')).toBe('E_USAGE');
    expect(budget(pictures, '8/255')).toEqual([8 / 255, '8/255 (0.0314)']);
  });
});
