/** The first look at a model behind an address: how it is asked, what its answers are, how they fit the labels. Every look at it is a question, and counted. */
import { createHash } from 'node:crypto';
import { GibbonError } from '../../base/errors.ts';
import { classNamesFrom } from '../../data/class-names.ts';
import type { Dataset, Sample } from '../../data/dataset.ts';
import { readGroups } from '../../data/groups.ts';
import { matchLabels } from '../../data/match-labels.ts';
import { codePointOrder } from '../../data/natural-order.ts';
import { resizeImage } from '../../data/resize.ts';
import { subset } from '../../data/subset.ts';
import { candidates, findPreprocessing, shapeFor } from '../../model/guess.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import type { Client } from '../../model/remote/client.ts';
import { type Discovered, discover, type Trial } from '../../model/remote/discover.ts';
import type { Endpoint } from '../../model/remote/endpoint.ts';
import { outputsOf } from '../../model/remote/form.ts';
import { createRemoteJudge } from '../../model/remote/judge.ts';
import { described, usualRequests } from '../../model/remote/protocols.ts';
import { NO_GRADIENT } from '../../model/remote/target.ts';
import { toRow } from '../../model/rows.ts';
import type { Port } from '../../onnx/graph.ts';
import { assertLabelled, assertOrder, dataFacts } from '../data-facts.ts';
import type { LookOrder, Prepared, RemoteSpec } from '../subject.ts';
import type { Clients } from './clients.ts';
import { type OpenedRemote, openForRemote } from './open-data.ts';

/** Labelled samples on which readings of the input are compared, and those of them that show what the answers are. */
const PROBE = 100;
const FEW = 8;

type RemoteOrder = LookOrder & { readonly remote: RemoteSpec };

/** @throws GibbonError for anything in endpoint, data or labels that does not fit */
export async function prepareRemote(order: RemoteOrder, clients: Clients): Promise<Prepared> {
  const { remote, data, model: url, seed, flags } = order;
  const client = clients(url, remote.manner);
  const opened = await openForRemote(order);
  const { dataset } = opened;
  assertLabelled(dataset, data.path);
  const groups = order.groups && (await readGroups(order.groups, data, dataset));
  const indices = subset(dataset, { n: Math.min(PROBE, dataset.length), seed });
  const samples = await dataset.read(indices);
  const names = data.classes === undefined ? undefined : await classNamesFrom(data.classes);
  const { endpoint, p, notes } = await asked({ order, client, opened, samples: samples.slice(0, FEW), names });
  const classes = Math.max(2, outputsOf(endpoint.form));
  const named = 'names' in endpoint.form ? (endpoint.form.names ?? names) : names;
  const matched = { classes, ...matchLabels(dataset, named, classes) };
  const found = await findPreprocessing({
    input: portOf(p.shape),
    judge: async (reading) => createRemoteJudge(client, endpoint, reading, remote.manner),
    modality: dataset.modality,
    given: opened.preprocessing,
    samples,
    labels: indices.map((index) => matched.labels[index] as number),
    flags,
    resize: resizeImage,
  });
  assertOrder(found.answers, matched);
  return {
    ...identityOf(endpoint),
    ...portsOf(endpoint, p),
    ...found,
    unsupported: [NO_GRADIENT],
    masked: [],
    data: await dataFacts(dataset, matched, { groups, notes: [...opened.notes, ...notes] }),
    labels: Array.from(matched.labels),
    ...(groups && { groups }),
    ...(opened.table && { table: opened.table }),
    endpoint,
  };
}

interface Asking {
  readonly order: RemoteOrder;
  readonly client: Client;
  readonly opened: OpenedRemote;
  readonly samples: readonly Sample[];
  readonly names: readonly string[] | undefined;
}

/** The first questions. */
async function asked({ order, client, opened, samples, names }: Asking): Promise<Discovered> {
  const { given, manner } = order.remote;
  const { dataset, preprocessing } = opened;
  const told = given.request === undefined || given.shape === undefined ? await described(client) : undefined;
  const requests = given.request !== undefined ? [given.request] : told ? [told.request] : usualRequests(client.url, dataset.modality);
  const shape = given.shape ?? told?.shape;
  const forms = preprocessing ? [preprocessing] : readings(dataset, samples[0] as Sample, order, shape);
  const trials = await Promise.all(
    forms.map(async (p): Promise<Trial> => ({ p, rows: await Promise.all(samples.map((sample) => toRow(sample, p, resizeImage))) })),
  );
  return discover({ client, given, manner, requests, known: { names: names ?? sorted(dataset), atLeast: largest(dataset) + 1 } }, trials);
}

const sorted = ({ labelNames }: Dataset): readonly string[] | undefined => labelNames && [...labelNames].sort(codePointOrder);

const largest = ({ labels = Int32Array.of() }: Dataset): number => labels.reduce((most, label) => Math.max(most, label), 0);

const portOf = (shape: readonly number[]): Port => ({ name: 'request', type: 'float32', shape: [null, ...shape] });

/** Forms in which the numbers of a sample may be wanted: as the user or the server says, else in the usual shapes. */
function readings(dataset: Dataset, sample: Sample, { flags }: RemoteOrder, given: readonly number[] | undefined): Preprocessing[] {
  const { modality } = dataset;
  return (given ? [given] : usualShapes(modality, sample, flags)).flatMap((shape) => {
    const [first] = candidates(shapeFor(portOf(shape), modality, sample, flags), modality, flags);
    return first ? [first] : [];
  });
}

function usualShapes(modality: Dataset['modality'], { shape }: Sample, { layout, size }: RemoteOrder['flags']): (readonly number[])[] {
  if (modality !== 'image') return [shape];
  const [h = 1, w = 1, channels = 1] = shape;
  const [height, width] = size ?? [h, w];
  const c = channels === 4 ? 3 : channels;
  const shapes = {
    NHWC: [height, width, c],
    NCHW: [c, height, width],
  };
  if (layout !== undefined) return [shapes[layout]];
  const isOwn = height === h && width === w && c === channels;
  return [shapes.NHWC, shapes.NCHW, ...(c === 1 ? [[height, width]] : []), ...(isOwn ? [[height * width * c]] : [])];
}

/** What a run's results belong to: the address, what is sent there, and where the answer is read. */
function identityOf({ url, request, response }: Endpoint): Pick<Prepared, 'sha256' | 'bytes' | 'parameters'> {
  const sha256 = createHash('sha256')
    .update(JSON.stringify([url, request, response]))
    .digest('hex');
  return { sha256, bytes: 0, parameters: 0 };
}

function portsOf({ request, response, form }: Endpoint, { encoding, shape }: Preprocessing): Pick<Prepared, 'input' | 'output'> {
  const kind = { scores: 'scores', labels: 'decisions', named: 'scores by name' }[form.kind];
  return {
    input: { name: JSON.stringify(request), type: 'JSON', shape: ['N', ...(encoding?.kind === 'text' ? [] : shape)] },
    output: { name: response, type: kind, shape: ['N', ...(form.kind === 'labels' ? [] : [outputsOf(form)])] },
  };
}

/** @throws GibbonError E_INTERNAL for a subject whose endpoint was not looked at */
export function endpointOf({ remote }: { readonly remote?: RemoteSpec | undefined }): Endpoint {
  if (remote?.endpoint) return remote.endpoint;
  throw new GibbonError('E_INTERNAL', 'the endpoint was not looked at');
}
