/** Opens an NPZ archive for a model with several inputs: one array for each, under its name. */
import { GibbonError } from '../base/errors.ts';
import { type ArraysDataset, openNamedArrays, sizeOfPart } from '../data/named-arrays.ts';
import type { ModelFile } from '../model/model-file.ts';
import { type EncodedColumn, type EncodedPort, elementOf, FEEDABLE } from '../model/ports-encoding.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { mapDecoded } from '../model/rows.ts';
import type { SubjectSpec } from './subject.ts';

export interface OpenedArrays {
  readonly dataset: ArraysDataset;
  /** The arrays, in the order of the model's inputs. */
  readonly names: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly notes: readonly string[];
}

/** Rules are kept for each number of a row, and travel to every worker. */
const MOST_NUMBERS = 20_000;

/** @throws GibbonError E_DATA_SHAPE, E_MODEL_UNSUPPORTED where arrays and inputs do not fit */
export async function openArraysFor(model: ModelFile, { data }: SubjectSpec): Promise<OpenedArrays> {
  const odd = model.inputs.find(({ type }) => !FEEDABLE.has(type) || type === 'string');
  if (odd) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${odd.name} is of type ${odd.type}; arrays hold numbers`, {
      hint: 'Give the data as a table: CSV or Parquet.',
    });
  }
  const names = model.inputs.map(({ name }) => name);
  const dataset = await openNamedArrays(data.path, names, data.labels);
  const ports = portsOf(model, dataset);
  const columns = await columnsOf(dataset, ports);
  return {
    dataset,
    names,
    preprocessing: {
      modality: 'tensor',
      layout: 'none',
      channels: 'none',
      shape: [columns.length],
      mean: [0],
      std: [1],
      resize: 'crop',
      encoding: { kind: 'ports', columns, ports, groups: [], certain: true },
    },
    notes: [
      `Each of the ${names.length} inputs takes the array of its name, as it is.`,
      'Distances count pictures in [0, 1] as they are, and every other number in standard deviations; arrays of whole numbers are not changed.',
    ],
  };
}

function portsOf({ inputs }: ModelFile, { parts }: ArraysDataset): EncodedPort[] {
  let from = 0;
  const ports = parts.map((part, i): EncodedPort => {
    const { name, type, shape } = inputs[i] as (typeof inputs)[number];
    const dims = shape?.slice(1) ?? part.shape;
    const fits = dims.length === part.shape.length && dims.every((dim, k) => typeof dim !== 'number' || dim === part.shape[k]);
    if (!fits) {
      throw new GibbonError(
        'E_DATA_SHAPE',
        `the array ${name} has samples of [${part.shape.join(', ')}], the input takes [${dims.join(', ')}]`,
        {
          hint: 'Save the array in the shape that the model declares, the number of samples first.',
        },
      );
    }
    const port = { name, type, shape: part.shape, from, count: sizeOfPart(part) };
    from += port.count;
    return port;
  });
  if (from <= MOST_NUMBERS) return ports;
  throw new GibbonError('E_DATA_SHAPE', `the inputs take ${from} numbers in all; several inputs may take ${MOST_NUMBERS}`, {
    hint: 'Audit a version of the model with smaller pictures, or one input at a time, the others built in as constants.',
  });
}

/** Range and spread of every number over the data. */
async function columnsOf(dataset: ArraysDataset, ports: readonly EncodedPort[]): Promise<EncodedColumn[]> {
  const size = ports.reduce((sum, { count }) => sum + count, 0);
  const [low, high] = [new Float64Array(size).fill(Number.POSITIVE_INFINITY), new Float64Array(size).fill(Number.NEGATIVE_INFINITY)];
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  await mapDecoded(dataset, [...Array(dataset.length).keys()], async ({ data }) => {
    for (const [i, v] of data.entries()) {
      low[i] = Math.min(low[i] as number, v);
      high[i] = Math.max(high[i] as number, v);
      sum[i] = (sum[i] as number) + v;
      squares[i] = (squares[i] as number) + v * v;
    }
  });
  return ports.flatMap(({ name, shape, from, count }, k): EncodedColumn[] => {
    const within = (limit: Float64Array, pick: (...values: number[]) => number): number =>
      limit.subarray(from, from + count).reduce((a, b) => pick(a, b));
    const isPicture = shape.length > 1 && within(low, Math.min) >= 0 && within(high, Math.max) <= 1;
    const isWhole = dataset.parts[k]?.isWhole === true;
    return Array.from({ length: count }, (_, j): EncodedColumn => {
      const i = from + j;
      const mean = (sum[i] as number) / dataset.length;
      const spread = Math.sqrt(Math.max(0, (squares[i] as number) / dataset.length - mean ** 2));
      const units = { scale: isPicture || spread === 0 ? 1 : spread, offset: 0 };
      return {
        name: count === 1 ? name : `${name}[${j}]`,
        ...units,
        low: isPicture ? 0 : elementOf(low[i] as number, units),
        high: isPicture ? 1 : elementOf(high[i] as number, units),
        whole: isWhole,
        movable: !isWhole && (isPicture || (low[i] as number) < (high[i] as number)),
      };
    });
  });
}
