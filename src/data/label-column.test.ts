/** The label column is found by name, by the model's classes, or by what it holds; never where a model has an input of that name. */
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from './delimited.ts';
import { type LabelHints, labelColumn } from './label-column.ts';

const ROWS = [
  ['1.5', 'a', '3', 'x'],
  ['2.5', 'b', '4', 'y'],
  ['0.5', 'a', '3', 'x'],
  ['3.5', 'b', '5', 'y'],
];
const table = (header?: readonly string[], rows: TextTable['rows'] = ROWS): TextTable => ({ header, rows });

function at(text: TextTable, hints: LabelHints = {}): number | string {
  try {
    return labelColumn(text, hints, 't.csv').at;
  } catch (thrown) {
    if (thrown instanceof GibbonError) return thrown.code;
    throw thrown;
  }
}

describe('labelColumn', () => {
  it('takes the clearest of the usual names', () => {
    expect(at(table(['type', 'Class', 'n', 'Species']))).toBe(1);
    expect(at(table(['type', 'a', 'n', 'b']))).toBe(0);
  });

  it('takes no column that the model has an input for', () => {
    expect(at(table(['n', 'type', 'm', 'z']), { inputs: ['type', 'n', 'm'] })).toBe(3);
  });

  it('takes the column that holds the classes of the model', () => {
    expect(at(table(), { classes: ['a', 'b'] })).toBe(1);
    expect(at(table(), { classes: ['y', 'x', 'z'] })).toBe(3);
  });

  it('takes a usual name only where the classes of the model stand below it', () => {
    const rows = [
      ['red', '3'],
      ['white', '4'],
      ['red', '4'],
    ];
    expect(at(table(['type', 'quality'], rows), { classes: ['3', '4'] })).toBe(1);
    expect(at(table(['type', 'quality'], rows), { classes: ['red', 'white'] })).toBe(0);
    expect(at(table(['type', 'quality'], rows), { classes: ['no', 'yes'] })).toBe(0);
  });

  it('tells <=50K from >50K', () => {
    const rows = [
      ['<=50K.', '50K', '1.5'],
      ['>50K.', '50K', '2.5'],
    ];
    expect(at(table(undefined, rows), { classes: ['<=50K', '>50K'] })).toBe(0);
  });

  it('otherwise takes the last column where its values are few, or else the first', () => {
    expect(at(table())).toBe(3);
    const numbers = Array.from({ length: 40 }, (_, i) => [String(i % 3), String(i + 0.5)]);
    expect(at(table(undefined, numbers))).toBe(0);
    const measured = Array.from({ length: 40 }, (_, i) => [String(i / 7), String(i + 0.5)]);
    expect(at(table(undefined, measured))).toBe('E_LABELS_MISSING');
  });

  it('takes no column that holds something else, and calls the one that it takes by its place in the file', () => {
    expect(labelColumn(table(), { except: 1 }, 't.csv')).toMatchObject({ at: 3, how: expect.stringContaining('column 4') });
    expect(at(table(), { except: 3 })).toBe('E_LABELS_MISSING');
  });

  it('takes what the user names, by name or position', () => {
    const text = table(['n', 'My label', 'm', 'z']);
    expect(at(text, { wanted: 'my_label' })).toBe(1);
    expect(at(text, { wanted: '-2' })).toBe(2);
    expect(at(text, { wanted: 'q' })).toBe('E_USAGE');
    expect(at(text, { wanted: '4' })).toBe('E_USAGE');
  });
});
