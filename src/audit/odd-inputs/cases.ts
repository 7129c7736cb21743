/** Inputs that no caller should send and some do: numbers that are none, other shapes and types, nothing, too much, odd texts, unknown categories. */
import type { Preprocessing } from '../../model/preprocessing.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { HostTensor, StringTensor } from '../../runtime/runtime.ts';

export type Tensor = HostTensor | StringTensor;

/** `number`: not a number, or endless; `range`: numbers that never occur; `form`: another shape or type; `size`: nothing, or a lot; `text`; `category`. */
export type About = 'number' | 'range' | 'form' | 'size' | 'text' | 'category';

export interface OddCase {
  readonly id: string;
  readonly about: About;
  /** What is fed, in words. */
  readonly fed: string;
  /** The input changed; undefined where the case says nothing of such an input. */
  readonly tensor?: (given: Tensor, p: Preprocessing) => Tensor | undefined;
  /** A text in place of the example's. */
  readonly text?: (given: string) => string;
}

type Floats = HostTensor & { readonly data: Float32Array };

const isFloats = (given: Tensor): given is Floats => given.type === 'float32' && given.data.length > 0;

/** Changes the numbers of a float input. */
const numbers =
  (change: (value: number, i: number, all: Float32Array) => number) =>
  (given: Tensor): Tensor | undefined =>
    isFloats(given) ? { ...given, data: given.data.map(change) } : undefined;

/** The middle element, which no padding reaches. */
const middle = (all: Float32Array): number => all.length >> 1;
const LARGE = 1e6;
const HUGE = 1e30;
const DENORMAL = 1e-40;

const NUMBERS: readonly OddCase[] = [
  { id: 'nan-one', about: 'number', fed: 'one NaN', tensor: numbers((v, i, all) => (i === middle(all) ? Number.NaN : v)) },
  { id: 'nan-all', about: 'number', fed: 'NaN everywhere', tensor: numbers(() => Number.NaN) },
  {
    id: 'infinity-one',
    about: 'number',
    fed: 'one +Infinity',
    tensor: numbers((v, i, all) => (i === middle(all) ? Number.POSITIVE_INFINITY : v)),
  },
  { id: 'infinity-all', about: 'number', fed: '+Infinity everywhere', tensor: numbers(() => Number.POSITIVE_INFINITY) },
  {
    id: 'minus-infinity-one',
    about: 'number',
    fed: 'one −Infinity',
    tensor: numbers((v, i, all) => (i === middle(all) ? Number.NEGATIVE_INFINITY : v)),
  },
  { id: 'huge', about: 'range', fed: 'every number times 1e30', tensor: numbers((v) => v * HUGE) },
  { id: 'large', about: 'range', fed: 'every number times a million', tensor: numbers((v) => v * LARGE) },
  { id: 'denormal', about: 'range', fed: '1e-40 everywhere (denormal)', tensor: numbers(() => DENORMAL) },
  { id: 'range-255', about: 'range', fed: 'every number times 255 (a scale of 0 to 255)', tensor: numbers((v) => 255 * v) },
  { id: 'negative', about: 'range', fed: 'every number with the other sign', tensor: numbers((v) => -v) },
  { id: 'zeros', about: 'range', fed: '0 everywhere', tensor: numbers(() => 0) },
];

/** Numbers of an oversized input: inner values are a hundred times as many. */
const MOST_NUMBERS = 2e6;
const MOST_ROWS = 1024;

const repeated = (given: Tensor, rows: number): Tensor => {
  const { data, shape } = given;
  const all = Array.from({ length: rows * data.length }, (_, i) => data[i % data.length]);
  const made = given.type === 'string' ? all : (data as Float32Array).constructor;
  return {
    ...given,
    shape: [rows, ...shape.slice(1)],
    data: Array.isArray(made) ? made : new (made as Float32ArrayConstructor)(all as number[]),
  } as Tensor;
};

const empty = (given: Tensor): Tensor => ({ ...given, shape: [0, ...given.shape.slice(1)], data: given.data.slice(0, 0) }) as Tensor;

/** The last dimension one longer, its new places zero. */
const longer = (given: Tensor): Tensor | undefined => {
  const { shape } = given;
  if (!isFloats(given) || shape.length < 2) return undefined;
  const [width, rest] = [shape.at(-1) as number, shape.slice(0, -1)];
  const data = new Float32Array(sizeOf(rest) * (width + 1));
  for (let row = 0; row < sizeOf(rest); row++) data.set(given.data.subarray(row * width, (row + 1) * width), row * (width + 1));
  return { ...given, shape: [...rest, width + 1], data };
};

const otherLayout = (given: Tensor): Tensor | undefined =>
  given.shape.length === 4 && given.shape[1] !== given.shape[3]
    ? ({ ...given, shape: [given.shape[0], given.shape[2], given.shape[3], given.shape[1]] } as Tensor)
    : undefined;

const FORMS: readonly OddCase[] = [
  {
    id: 'flat',
    about: 'form',
    fed: 'one dimension less',
    tensor: (given) => (given.shape.length > 1 ? { ...given, shape: [sizeOf(given.shape)] } : undefined),
  },
  { id: 'extra-dimension', about: 'form', fed: 'one dimension more', tensor: (given) => ({ ...given, shape: [1, ...given.shape] }) },
  { id: 'longer', about: 'form', fed: 'the last dimension one longer', tensor: longer },
  { id: 'layout', about: 'form', fed: 'channels last in place of first, or the other way', tensor: otherLayout },
  {
    id: 'float64',
    about: 'form',
    fed: 'float64 numbers',
    tensor: (given) => (isFloats(given) ? { ...given, type: 'float64', data: Float64Array.from(given.data) } : undefined),
  },
  {
    id: 'int64',
    about: 'form',
    fed: 'int64 numbers',
    tensor: (given) =>
      isFloats(given) ? { ...given, type: 'int64', data: BigInt64Array.from(given.data, (v) => BigInt(Math.round(v))) } : undefined,
  },
  {
    id: 'strings',
    about: 'form',
    fed: 'texts in place of numbers',
    tensor: (given) =>
      given.type === 'string' ? undefined : { type: 'string', shape: given.shape, data: Array.from(given.data as Float32Array, () => 'x') },
  },
];

const SIZES: readonly OddCase[] = [
  { id: 'empty-batch', about: 'size', fed: 'a batch of no rows', tensor: empty },
  {
    id: 'large-batch',
    about: 'size',
    fed: 'a large batch',
    tensor: (given) => repeated(given, Math.max(2, Math.min(MOST_ROWS, Math.floor(MOST_NUMBERS / Math.max(1, given.data.length))))),
  },
  {
    id: 'empty-row',
    about: 'size',
    fed: 'rows of no elements',
    tensor: (given) => (given.shape.length === 2 ? ({ ...given, shape: [1, 0], data: given.data.slice(0, 0) } as Tensor) : undefined),
  },
];

const integers =
  (value: number) =>
  (given: Tensor): Tensor | undefined =>
    given.type === 'int64'
      ? { ...given, data: (given.data as BigInt64Array).map(() => BigInt(value)) }
      : given.type === 'int32'
        ? { ...given, data: (given.data as Int32Array).map(() => value) }
        : undefined;

const LONG_TEXT = 100_000;

const TEXTS: readonly OddCase[] = [
  { id: 'empty-text', about: 'text', fed: 'an empty text', text: () => '' },
  { id: 'spaces', about: 'text', fed: 'spaces only', text: () => ' '.repeat(50) },
  {
    id: 'long-text',
    about: 'text',
    fed: `a text of ${LONG_TEXT.toLocaleString('en')} characters`,
    text: (given) => `${given} `.repeat(Math.ceil(LONG_TEXT / (given.length + 1))).slice(0, LONG_TEXT),
  },
  { id: 'one-word', about: 'text', fed: 'one word of 10,000 letters', text: () => 'a'.repeat(10_000) },
  { id: 'unpaired', about: 'text', fed: 'half of a surrogate pair', text: (given) => `\ud800${given}\udc00` },
  { id: 'nul', about: 'text', fed: 'NUL and control characters', text: (given) => `\u0001${given}\u0002\u001b[2J` },
  {
    id: 'direction',
    about: 'text',
    fed: 'marks that turn the direction of writing, and zero-width characters',
    text: (given) => `\u202e${given}\u200b\u200d\ufeff`,
  },
  { id: 'combining', about: 'text', fed: 'thousands of combining marks on one letter', text: () => `a${'\u0301'.repeat(5000)}` },
  { id: 'emoji', about: 'text', fed: 'emoji, scripts that no training text had', text: () => '👩‍👩‍👧‍👦🏳️‍🌈 𓀀𓂀 ꧁꧂ 漢字 العربية' },
];

/** The same text in every place of an input of texts. */
const texts =
  (text: string) =>
  (given: Tensor): Tensor | undefined =>
    given.type === 'string' ? { type: 'string', shape: given.shape, data: new Array<string>(given.data.length).fill(text) } : undefined;

const CATEGORIES: readonly OddCase[] = [
  {
    id: 'unseen-category',
    about: 'category',
    fed: 'a category that never occurred',
    tensor: texts('never-seen-before'),
  },
  {
    id: 'empty-category',
    about: 'category',
    fed: 'an empty category',
    tensor: texts(''),
  },
  { id: 'unknown-id', about: 'category', fed: 'whole numbers and ids far out of range (1,000,000)', tensor: integers(1_000_000) },
  { id: 'negative-id', about: 'category', fed: 'whole numbers and ids far below zero', tensor: integers(-1_000_000) },
];

export const CASES: readonly OddCase[] = [...NUMBERS, ...CATEGORIES, ...TEXTS, ...FORMS, ...SIZES];

/** Does a case suit this kind of data? */
export function suits({ about, text }: OddCase, { modality }: Pick<Preprocessing, 'modality'>): boolean {
  if (text) return modality === 'text';
  return about !== 'number' && about !== 'range' ? true : modality !== 'text';
}
