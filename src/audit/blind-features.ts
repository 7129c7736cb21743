/** What a classifier that never asks the model may look at in an example: its input and its class. */
import { cellOf, type PortsEncoding } from '../model/ports-encoding.ts';
import { featureGraph } from '../privacy/blind-graphs.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Opened } from './work.ts';
import { inParts } from './work.ts';

/** Categories of a column, and classes, that get a number of their own. */
const MOST_TEXTS = 64;
/** Characters are counted by their code points modulo this. */
const CHARACTERS = 256;

export interface Rows {
  readonly opened: Opened;
  readonly encoding: Opened['target']['preprocessing']['encoding'];
  readonly items: readonly { readonly index: number; readonly label: number }[];
}

/** One vector of numbers for each example, of the same length on both sides. */
export async function blindFeatures(sides: readonly Rows[], classes: number, seed: number, runtime: Runtime): Promise<Float32Array[][]> {
  const texts = sides[0]?.encoding?.kind === 'ports' ? textsOf(sides.map(({ encoding }) => encoding as PortsEncoding)) : [];
  const all: Float32Array[][] = [];
  for (const { opened, encoding, items } of sides) {
    const labels = new Map(items.map(({ index, label }) => [index, label]));
    const own: Float32Array[] = [];
    const numbers = encoding ? undefined : await numbersOf(opened.target.size, seed, runtime);
    await inParts(
      opened,
      items.map(({ index }) => index),
      async (part) => {
        const rows = part.map(({ row }) => row);
        const made = numbers
          ? await numbers.features(rows)
          : rows.map((row) => (encoding?.kind === 'ports' ? cells(row, encoding, texts) : characters(row)));
        for (const [i, { sample }] of part.entries())
          own.push(withClass(made[i] as Float32Array, labels.get(sample.index) as number, classes));
      },
    );
    await numbers?.release();
    all.push(own);
  }
  return all;
}

function withClass(features: Float32Array, label: number, classes: number): Float32Array {
  if (classes > MOST_TEXTS) return features;
  const whole = new Float32Array(features.length + classes);
  whole.set(features);
  whole[features.length + label] = 1;
  return whole;
}

/** Texts of each column on either side, in the order of their code points. */
function textsOf(encodings: readonly PortsEncoding[]): (readonly string[])[] {
  return (encodings[0]?.columns ?? []).map((_, i) =>
    [...new Set(encodings.flatMap(({ columns }) => columns[i]?.categories ?? []))].sort().slice(0, MOST_TEXTS),
  );
}

function cells(row: Float32Array, { columns }: PortsEncoding, texts: readonly (readonly string[])[]): Float32Array {
  return Float32Array.from(
    columns.flatMap((column, i) => {
      if (!column.categories) return [row[i] as number];
      const cell = cellOf(row[i] as number, column);
      return (texts[i] as readonly string[]).map((text) => (text === cell ? 1 : 0));
    }),
  );
}

/** Counts of characters, and the length. */
function characters(row: Float32Array): Float32Array {
  const counts = new Float32Array(CHARACTERS + 1);
  for (const point of row) {
    if (point === 0) continue;
    counts[point % CHARACTERS] = (counts[point % CHARACTERS] as number) + 1;
    counts[CHARACTERS] = (counts[CHARACTERS] as number) + 1;
  }
  return counts;
}

const BATCH_NUMBERS = 2e6;

/** Rows of numbers as they are, or their sketch. */
async function numbersOf(size: number, seed: number, runtime: Runtime) {
  const batch = Math.max(1, Math.min(64, Math.floor(BATCH_NUMBERS / size)));
  const session = await runtime.load(featureGraph(batch, size, seed));
  const features = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const made: Float32Array[] = [];
    for (let at = 0; at < rows.length; at += batch) {
      const part = rows.slice(at, at + batch);
      const data = new Float32Array(batch * size);
      for (const [i, row] of part.entries()) data.set(row, i * size);
      const { features: found } = await session.run({ x: { type: 'float32', shape: [batch, size], data } });
      const numbers = found?.data as Float32Array;
      const width = numbers.length / batch;
      for (const i of part.keys()) made.push(numbers.slice(i * width, (i + 1) * width));
    }
    return made;
  };
  return { features, release: () => session.release() };
}
