import { describe, expect, it } from 'vitest';
import { CIFAR10_CLASSES, CIFAR100_CLASSES } from './cifar-classes.ts';
import type { Dataset } from './dataset.ts';
import { matchLabels } from './match-labels.ts';

/** One sample for each label name, or the numbers given. */
function labelled(names: string[] | undefined, numbers?: number[]): Dataset {
  return {
    modality: 'image',
    length: names?.length ?? numbers?.length ?? 3,
    labelNames: names,
    labels: names === undefined ? numbers && Int32Array.from(numbers) : Int32Array.from(names.keys()),
    id: String,
    hash: async () => '',
    read: async () => [],
  };
}
const match = (
  names: string[] | undefined,
  classNames: string[] | undefined,
  outputs: number,
  numbers?: number[],
): { labels: number[]; how: string; classNames: readonly string[] | undefined } => {
  const found = matchLabels(labelled(names, numbers), classNames, outputs);
  return { ...found, labels: [...found.labels] };
};

describe('matchLabels', () => {
  it.each([
    ['exact names', ['cat', 'dog'], ['dog', 'cat', 'cow'], 3, [1, 0], /^Each label is the name/],
    ['exact names that are numbers, in another order', ['0', '1', '2'], ['2', '1', '0'], 3, [2, 1, 0], /^Each label is the name/],
    [
      'names apart from case, spaces and punctuation',
      ['Traffic_Light', 'hot-dog'],
      ['hot dog', 'traffic light'],
      2,
      [1, 0],
      /apart from case/,
    ],
    ['whole numbers that were written as floats', ['0.0', '1.0', '2.0', '10.0'], undefined, 11, [0, 1, 2, 10], /numbers/],
    [
      'floats before names that only look alike without the point',
      ['1.0', '2.0'],
      ['10', '20', '1', '2'],
      4,
      [2, 3],
      /^Each label is the name/,
    ],
    ['numbers with leading zeros', ['022', '990'], undefined, 1000, [22, 990], /numbers/],
    ['numbers, although class names are known', ['022'], Array.from({ length: 30 }, (_, i) => `name ${i}`), 30, [22], /numbers/],
    [
      'as many folders as outputs: by code points, as training frameworks do',
      ['class1', 'class2', 'class10'],
      undefined,
      3,
      [0, 2, 1],
      /alphabetical.*class1 = 0 … class2 = 2/,
    ],
    ['capitals before small letters', ['apple', 'Zebra'], undefined, 2, [1, 0], /alphabetical/],
    [
      'alphabetical order that the known names confirm',
      ['bird', 'car', 'ship'],
      ['bird', 'automobile', 'ship'],
      3,
      [0, 1, 2],
      /alphabetical/,
    ],
  ] as [string, string[], string[] | undefined, number, number[], RegExp][])('%s', (_, names, classNames, outputs, labels, how) => {
    const found = match(names, classNames, outputs);
    expect(found.labels).toEqual(labels);
    expect(found.how).toMatch(how);
    if (classNames !== undefined) expect(found.classNames).toBe(classNames);
  });

  it('knows the order of CIFAR', () => {
    const found = match([...CIFAR10_CLASSES], undefined, 10);
    expect(found).toMatchObject({ labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], classNames: CIFAR10_CLASSES });
    expect(found.how).toContain('classes of CIFAR-10, in their standard order');
    expect(match([...CIFAR100_CLASSES], undefined, 100).how).toContain('CIFAR-100');
  });

  it('takes the class names from the folders where the order is alphabetical', () => {
    expect(match(['b', 'a'], undefined, 2).classNames).toEqual(['a', 'b']);
    expect(match(['022'], undefined, 30).classNames).toBeUndefined();
  });

  it('takes numbers as they are, and checks their range', () => {
    expect(match(undefined, undefined, 10, [7, 2, 9])).toMatchObject({ labels: [7, 2, 9], classNames: undefined });
    expect(() => match(undefined, undefined, 9, [7, 2, 9])).toThrow(
      expect.objectContaining({ code: 'E_LABELS_MISMATCH', message: expect.stringContaining('from 2 to 9') }),
    );
    expect(() => match(undefined, undefined, 9, [1, 9])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('count from 1') }),
    );
  });

  it.each([
    ['names that nothing explains', ['a', 'b', 'c', 'd', 'e', 'f'], undefined, 10, 'a, b, c, d, e, … (6 in all)'],
    ['a name that the model does not have', ['cat', 'yak'], ['cat', 'dog', 'cow'], 3, 'yak could not'],
    ['alphabetical order that a known name contradicts', ['bird', 'car', 'ship'], ['ship', 'automobile', 'bird'], 3, 'car could not'],
    ['numbers from 1, which alphabetical order would shuffle', ['1', '2', '10'], undefined, 3, '1, 2, 10'],
    ['two folders for one class', ['Cat', 'cat'], ['cat', 'dog', 'cow'], 3, 'Cat, cat'],
    ['two numbers for one class', ['1', '01'], undefined, 3, '1, 01'],
    ['a name that two classes share', ['crane'], ['crane', 'crane', 'x'], 3, 'crane could not'],
  ] as [string, string[], string[] | undefined, number, string][])('stops at %s', (_, names, classNames, outputs, text) => {
    expect(() => match(names, classNames, outputs)).toThrow(
      expect.objectContaining({
        code: 'E_LABELS_MISMATCH',
        message: expect.stringContaining(text),
        hint: expect.stringContaining('--classes'),
      }),
    );
  });

  it('needs labels, and one class name for each output', () => {
    expect(() => match(undefined, undefined, 3)).toThrow(
      expect.objectContaining({ code: 'E_LABELS_MISSING', hint: expect.stringContaining('--labels') }),
    );
    expect(() => match(['a'], ['a', 'b'], 3)).toThrow(
      expect.objectContaining({ code: 'E_LABELS_MISMATCH', message: expect.stringContaining('2 class names for 3') }),
    );
  });
});
