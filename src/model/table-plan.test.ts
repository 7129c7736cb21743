/** Columns find the inputs of a model by name, by order or by kind; where they do not fit, one error names both. */
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from '../data/delimited.ts';
import type { Port } from '../onnx/graph.ts';
import { planTable, type TablePlan } from './table-plan.ts';

const port = (name: string, type: Port['type'], ...shape: (number | null)[]): Port => ({ name, type, shape: [null, ...shape] });

const ROWS = Array.from({ length: 6 }, (_, i) => [
  String(i + 1),
  String(20 + i * i),
  ['rent', 'own'][i % 2] as string,
  `0.${i}`,
  String(i % 2),
]);
const NAMED: TextTable = { header: ['id', 'age', 'housing', 'share', 'label'], rows: ROWS };
const BARE: TextTable = { header: undefined, rows: ROWS };

const plan = (table: TextTable, ...inputs: Port[]): TablePlan =>
  planTable(table, inputs, { path: 't.csv', classes: undefined, labelled: false });

function error(table: TextTable, ...inputs: Port[]): string {
  try {
    plan(table, ...inputs);
    return 'none';
  } catch (thrown) {
    if (thrown instanceof GibbonError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
}

describe('planTable', () => {
  it('gives each input the column of its name, whatever their order', () => {
    const { spec, ports } = plan(NAMED, port('housing', 'string', 1), port('Age', 'int64', 1), port('share', 'float32', 1));
    expect(spec).toEqual({ label: 4, columns: [2, 1, 3], texts: [2] });
    expect(ports.map(({ name, from, count }) => [name, from, count])).toEqual([
      ['housing', 0, 1],
      ['Age', 1, 1],
      ['share', 2, 1],
    ]);
  });

  it('otherwise goes by order, and leaves out a column that counts the rows if there is one too many', () => {
    const inputs = [port('a', 'float32', 1), port('b', 'string', 1), port('c', 'float32', 1)];
    expect(plan(BARE, ...inputs).spec).toEqual({ label: 4, columns: [1, 2, 3], texts: [2] });
    expect(plan(BARE, port('i', 'int64', 1), ...inputs).spec.columns).toEqual([0, 1, 2, 3]);
  });

  it('gives a matrix all columns, and one of numbers only those where the count says so', () => {
    expect(plan(BARE, port('x', 'string', 4)).spec.texts).toEqual([0, 1, 2, 3]);
    expect(plan(BARE, port('x', 'float32', 3)).spec.columns).toEqual([0, 1, 3]);
    expect(plan(BARE, port('x', 'float32', 2)).spec.columns).toEqual([1, 3]);
  });

  it('puts numbers and texts into matrices of their kind', () => {
    const { spec, ports } = plan(BARE, port('texts', 'string', 1), port('numbers', 'float32', 3));
    expect(spec).toEqual({ label: 4, columns: [2, 0, 1, 3], texts: [2] });
    expect(ports[1]).toMatchObject({ from: 1, count: 3, shape: [3] });
  });

  it('names the columns and the inputs where they do not fit', () => {
    const told = error(NAMED, port('x', 'float32', 7));
    expect(told).toMatch(/^E_DATA_SHAPE .*there are 4 \(id, age, housing, share\), the model takes x \(7 float32\)$/);
    expect(error(NAMED, port('x', 'float32', 3, 32, 32))).toMatch(/^E_DATA_SHAPE/);
    expect(error(NAMED, port('x', 'float16', 4))).toMatch(/^E_MODEL_UNSUPPORTED/);
  });
});
