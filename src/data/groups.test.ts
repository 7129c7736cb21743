/** Groups by columns and by files, for every kind of data; and what does not fit is refused with words that help. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec, Dataset } from './dataset.ts';
import { type GroupSpec, groupSizes, readGroups } from './groups.ts';
import { writeNpz } from './npy-write.ts';
import { openDataset } from './open.ts';
import { typedTable } from './table.ts';
import { tableDataset } from './table-dataset.ts';
import { readTable } from './table-file.ts';

let dir: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gibbon-groups-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(dir, `${files++}`, name);
  mkdirSync(resolve(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const PEOPLE = `person,age,hours,sex,race,label
p7,39,40,Male,White,0
p3,,13,Female,Black,1
p9,25,40,Female,White,0
p1,61,?,Male,Asian-Pac,1
p4,19,20,?,Black,1
`;

/** The row of the model is age and hours: rows without one of them are left out. */
async function people(): Promise<{ spec: DataSpec; dataset: Dataset }> {
  const path = put('people.csv', PEOPLE);
  return { spec: { path }, dataset: await tableDataset(await readTable(path), { label: 5, columns: [1, 2], texts: [] }, { path }) };
}

const ofPeople = async (spec: GroupSpec): Promise<Record<string, readonly (string | null)[]>> => {
  const { spec: data, dataset } = await people();
  return Object.fromEntries((await readGroups(spec, data, dataset)).map(({ attribute, of }) => [attribute, of]));
};

const refused = async (spec: GroupSpec): Promise<GibbonError> =>
  ofPeople(spec).then(
    () => expect.fail('not refused'),
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(GibbonError);
      expect((thrown as GibbonError).exitCode).toBe(2);
      expect((thrown as GibbonError).hint).toBeTruthy();
      return thrown as GibbonError;
    },
  );

describe('columns of a table', () => {
  it('are those that the model does not take, too, without the rows that are left out', async () => {
    expect(await ofPeople({ columns: ['sex', 'Race'] })).toEqual({
      sex: ['Male', 'Female', null],
      race: ['White', 'White', 'Black'],
    });
  });

  it.each([
    ['age>=25', { 'age>=25': ['age>=25', 'age>=25', 'age<25'] }],
    ['age > 25', { 'age>25': ['age>25', 'age<=25', 'age<=25'] }],
    ['age<25', { 'age<25': ['age>=25', 'age>=25', 'age<25'] }],
    ['age<=25', { 'age<=25': ['age>25', 'age<=25', 'age<=25'] }],
    ['age==39', { 'age==39': ['age==39', 'age!=39', 'age!=39'] }],
    ['sex=Male', { 'sex==Male': ['sex==Male', 'sex!=Male', null] }],
    ['1>=25', { 'age>=25': ['age>=25', 'age>=25', 'age<25'] }],
  ])('%s cuts in two', async (expression, expected) => {
    expect(await ofPeople({ columns: [expression] })).toEqual(expected);
  });

  it('of Parquet are the same as those of CSV', async () => {
    const folder = resolve(import.meta.dirname, '../../test/assets/tables');
    const read = async (name: string) => {
      const path = join(folder, name);
      const text = await readTable(path);
      const columns = [...(text.rows[0] ?? []).keys()];
      const table = typedTable(text, { columns, texts: columns }, path);
      const dataset = await tableDataset(text, { columns, texts: columns }, { path });
      const two = table.columns.find(({ categories }) => categories && categories.length > 1 && categories.length < 10)?.name as string;
      return readGroups({ columns: [two] }, { path }, dataset);
    };
    const [csv, parquet] = [await read('table.csv'), await read('snappy.parquet')];
    expect(parquet).toEqual(csv);
    expect(groupSizes(csv[0] as never).length).toBeGreaterThan(1);
  });

  it('that do not exist are answered with those that do', async () => {
    const { code, message } = await refused({ columns: ['gender'] });
    expect(code).toBe('E_USAGE');
    expect(message).toMatch(/no column gender; its columns are person, age, hours, sex, race, label/);
  });

  it('of texts have no order', async () => {
    expect(await refused({ columns: ['sex>=3'] })).toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('holds texts such as "Male"'),
    });
  });

  it('with one value only have nothing to compare', async () => {
    expect(await refused({ columns: ['age>=10'] })).toMatchObject({
      code: 'E_GROUPS_MISMATCH',
      message: expect.stringContaining('one group, age>=10'),
    });
  });

  it('with a value for each row are no groups', async () => {
    const path = put('many.csv', `x,y,label\n${Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i % 2}`).join('\n')}\n`);
    const dataset = await tableDataset(await readTable(path), { label: 2, columns: [0, 1], texts: [] }, { path });
    await expect(readGroups({ columns: ['x'] }, { path }, dataset)).rejects.toMatchObject({
      code: 'E_GROUPS_MISMATCH',
      hint: expect.stringContaining("--groups 'x>="),
    });
    expect(groupSizes((await readGroups({ columns: ['y'] }, { path }, dataset))[0] as never)).toHaveLength(7);
  });
});

describe('a file of groups', () => {
  it('holds a row for each row of a table, with or without a header', async () => {
    const wanted = ['a', 'b', 'a'];
    expect(await ofPeople({ file: put('g.txt', 'a\nx y\nb\nc\na\n') })).toEqual({ group: wanted });
    expect(await ofPeople({ file: put('g.csv', 'region\na\nb\nb\nc\na\n') })).toEqual({ region: wanted });
    // Whether the first row is a header is told by the number of rows.
    expect(await ofPeople({ file: put('g.csv', 'a\nb\nb\nb\na\n') })).toEqual({ group: wanted });
    expect(await ofPeople({ file: put('g.csv', 'b\na\nb\nb\nc\na\n') })).toEqual({ b: wanted });
  });

  it('is joined by a column that the table has, too', async () => {
    const file = put('g.csv', 'person,region\np1,c\np3,b\np4,a\np7,a\np9,b\n'.replace('person', 'id'));
    const { message } = await refused({ file });
    expect(message).toMatch(/no group for 5 of 5/);
    const path = put('people.csv', PEOPLE.replace('person', 'ID'));
    const dataset = await tableDataset(await readTable(path), { label: 5, columns: [1, 2], texts: [] }, { path });
    expect(await readGroups({ file }, { path }, dataset)).toEqual([{ attribute: 'region', of: ['a', 'b', 'a'] }]);
  });

  it('with several attributes gives all of them, or those that are named', async () => {
    const file = put('g.tsv', 'index\tsex\tage\n4\tf\t1\n3\tm\t30\n2\tf\t40\n1\tf\t50\n0\tm\t60\n');
    expect(await ofPeople({ file })).toEqual({ sex: ['m', 'f', 'f'], age: ['60', '40', '1'] });
    expect(await ofPeople({ file, columns: ['age>=50'] })).toEqual({ 'age>=50': ['age>=50', 'age<50', 'age<50'] });
  });

  it('of another length is refused', async () => {
    expect(await refused({ file: put('g.txt', 'a\nb\n') })).toMatchObject({
      code: 'E_GROUPS_MISMATCH',
      message: expect.stringContaining('has 2 rows, the data 5 examples'),
    });
  });

  it('knows images by path, name or position', async () => {
    const path = join(dir, 'images');
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    for (const name of ['cat/1.png', 'cat/2.png', 'dog/3.png']) {
      mkdirSync(resolve(path, name, '..'), { recursive: true });
      writeFileSync(join(path, name), png);
    }
    const dataset = await openDataset({ path });
    const read = async (file: string): Promise<unknown> => readGroups({ file }, { path }, dataset);
    const expected = [{ attribute: 'skin', of: ['light', 'dark', null] }];
    expect(await read(put('g.csv', 'file,skin\ndog/3.png,\ncat/2.png,dark\ncat/1.png,light\n'))).toEqual(expected);
    expect(await read(put('g.csv', 'file,skin\n3,\n2,dark\n1,light\n'))).toEqual(expected);
    expect(await read(put('g.txt', 'light\ndark\n\n'))).toEqual([{ attribute: 'group', of: ['light', 'dark', null] }]);
    await expect(readGroups({ columns: ['skin'] }, { path }, dataset)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('no file skin'),
    });
  });
});

describe('other data', () => {
  it('arrays: an array of the archive', async () => {
    const column = (data: number[]) => ({ data, shape: [4], dtype: 'int32' as const });
    const path = put(
      'a.npz',
      writeNpz({
        x: { data: Array(12).fill(0.5), shape: [4, 3], dtype: 'float32' },
        y: column([0, 1, 0, 1]),
        sex: column([1, 0, 0, 1]),
        age: column([20, 30, 40, 50]),
      }),
    );
    const dataset = await openDataset({ path });
    expect(await readGroups({ columns: ['sex', 'age>=40'] }, { path }, dataset)).toEqual([
      { attribute: 'sex', of: ['1', '0', '0', '1'] },
      { attribute: 'age>=40', of: ['age<40', 'age<40', 'age>=40', 'age>=40'] },
    ]);
    await expect(readGroups({ columns: ['race'] }, { path }, dataset)).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('it holds x, y, sex, age'),
    });
  });

  it('texts: a column of their table', async () => {
    const path = put('t.csv', 'text,label,dialect\nhello there,0,uk\nhi,1,us\nbye now,0,uk\n');
    const data: DataSpec = { path, as: 'text' };
    expect(await readGroups({ columns: ['dialect'] }, data, await openDataset(data))).toEqual([
      { attribute: 'dialect', of: ['uk', 'us', 'uk'] },
    ]);
  });
});
