/** Separators and headers are found as they are; tables that are none are refused. */
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { parseTable } from './delimited.ts';

describe('parseTable', () => {
  it.each([',', ';', '\t', '|', ' '])('finds the separator %j', (separator) => {
    const text = [
      ['age', 'job', 'label'],
      ['39', 'clerk', 'yes'],
      ['50', 'cook', 'no'],
    ]
      .map((row) => row.join(separator))
      .join('\n');
    expect(parseTable(text, 't')).toEqual({
      header: ['age', 'job', 'label'],
      rows: [
        ['39', 'clerk', 'yes'],
        ['50', 'cook', 'no'],
      ],
    });
  });

  it('keeps a first row with numbers as data, without the spaces after commas', () => {
    const { header, rows } = parseTable('39, State-gov, <=50K.\n50, ?, >50K.\n', 'adult');
    expect(header).toBeUndefined();
    expect(rows).toEqual([
      ['39', 'State-gov', '<=50K.'],
      ['50', '?', '>50K.'],
    ]);
  });

  it('tells a header of a table of texts by words that come nowhere again', () => {
    expect(parseTable('housing,purpose\nrent,car\nown,car\n', 't').header).toEqual(['housing', 'purpose']);
    expect(parseTable('rent,car\nrent,boat\nown,car\n', 't').header).toBeUndefined();
  });

  it('reads separators inside of quotes as part of the field', () => {
    expect(parseTable('name,n\n"Doe, ""J""",1\n"Roe; R",2\n', 't').rows).toEqual([
      ['Doe, "J"', '1'],
      ['Roe; R', '2'],
    ]);
  });

  it('skips a first line of another length, as in scikit-learn’s own files', () => {
    expect(parseTable('3,2,malignant,benign\n1.5,2.5,0\n2.5,3.5,1\n3.5,1.5,0\n', 't').rows).toHaveLength(3);
  });

  it('refuses rows of different lengths and files without rows', () => {
    const refused = (text: string): unknown => {
      try {
        return parseTable(text, 't');
      } catch (thrown) {
        return thrown instanceof GibbonError ? thrown.code : thrown;
      }
    };
    expect(refused('a,b\n1,2\n3,4,5\n')).toBe('E_DATA_UNREADABLE');
    expect(refused('')).toBe('E_DATA_EMPTY');
  });
});
