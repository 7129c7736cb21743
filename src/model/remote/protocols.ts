/** What the usual servers want to be sent, by their addresses. */
import type { Modality } from '../../data/dataset.ts';
import type { Client } from './client.ts';
import type { Json } from './endpoint.ts';

const ARRAYS: readonly Json[] = [{ instances: '$rows' }, { inputs: '$rows' }, '$rows'];
const TABLES: readonly Json[] = [
  { instances: '$rows' },
  { instances: '$records' },
  { dataframe_split: { columns: '$columns', data: '$rows' } },
  { inputs: '$rows' },
  '$rows',
  '$records',
];
const TEXTS: readonly Json[] = [{ inputs: '$rows' }, { instances: '$rows' }, '$rows', { text: '$row' }];

/** Requests worth trying, likeliest first. */
export function usualRequests(url: string, modality: Modality): readonly Json[] {
  const { pathname } = new URL(url);
  const usual = modality === 'table' ? TABLES : modality === 'text' ? TEXTS : ARRAYS;
  // TensorFlow Serving, and KServe's first protocol.
  if (/:predict$/.test(pathname)) return [{ instances: '$rows' }];
  // MLflow and SageMaker.
  if (/\/invocations$/.test(pathname) && modality === 'table') return [TABLES[2] as Json, ...TABLES.filter((_, i) => i !== 2)];
  if (/\/invocations$/.test(pathname)) return [{ inputs: '$rows' }, ...usual];
  // TorchServe: what a handler wants is up to the handler.
  if (/\/predictions\/[^/]+/.test(pathname)) return ['$rows', ...usual.filter((one) => one !== '$rows'), { data: '$rows' }];
  return usual;
}

/** What a server says of its model's input. */
export interface Described {
  readonly request: Json;
  /** Of one example; undefined where a dimension is open. */
  readonly shape: readonly number[] | undefined;
}

/** Triton, KServe, MLServer, OpenVINO (Open Inference Protocol): the metadata of the model stand one level above `infer`. */
export async function described({ url, look }: Pick<Client, 'url' | 'look'>): Promise<Described | undefined> {
  const [base, infer] = url.split(/(?=\/infer(?:\?|$))/);
  if (infer === undefined || base === undefined || !/\/v2\/models\//.test(base)) return undefined;
  const metadata = await look(base);
  const inputs = fieldOf(metadata, 'inputs');
  const first = Array.isArray(inputs) && inputs.length === 1 ? (inputs[0] as Json) : undefined;
  const [name, datatype, dims] = [fieldOf(first, 'name'), fieldOf(first, 'datatype'), fieldOf(first, 'shape')];
  if (typeof name !== 'string') return { request: inferRequest('input', 'FP32'), shape: undefined };
  const shape = Array.isArray(dims) ? dims.slice(1) : [];
  const isWhole = shape.length > 0 && shape.every((dim) => typeof dim === 'number' && dim > 0);
  return {
    request: inferRequest(name, typeof datatype === 'string' ? datatype : 'FP32'),
    shape: isWhole ? (shape as number[]) : undefined,
  };
}

const inferRequest = (name: string, datatype: string): Json => ({ inputs: [{ name, shape: '$shape', datatype, data: '$rows' }] });

function fieldOf(json: Json | undefined, name: string): Json | undefined {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Readonly<Record<string, Json>>)[name] : undefined;
}
