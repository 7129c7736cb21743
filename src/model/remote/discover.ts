/** The first questions to an endpoint: which form of request it takes, where its answers stand, what they are, and whether it takes several rows at once. */
import { GibbonError } from '../../base/errors.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { isDistribution } from '../margin.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { answersAt, type Located, locate, type Reading } from './answer.ts';
import { type Client, RemoteError } from './client.ts';
import type { Endpoint, EndpointRequest, Json, Manner } from './endpoint.ts';
import { formOf, type KnownClasses } from './form.ts';
import { writtenOf } from './judge.ts';
import { filled, takesMany } from './template.ts';
import { rowWriter } from './write-row.ts';

/** A form in which the rows may be wanted, with a few rows of the data in it. */
export interface Trial {
  readonly p: Preprocessing;
  readonly rows: readonly Float32Array[];
}

export interface Search {
  readonly client: Client;
  readonly given: EndpointRequest;
  readonly manner: Pick<Manner, 'rows'>;
  readonly requests: readonly Json[];
  readonly known: KnownClasses;
}

export interface Discovered {
  readonly endpoint: Endpoint;
  readonly p: Preprocessing;
  /** What was assumed, as sentences. */
  readonly notes: readonly string[];
}

/** @throws GibbonError E_REMOTE_ANSWER where nothing that was tried fits; E_REMOTE_GONE, E_REMOTE_REFUSED, E_BUDGET */
export async function discover(search: Search, trials: readonly Trial[]): Promise<Discovered> {
  const fit = await firstFit(search, trials);
  const { client, given, known } = search;
  const several = await together(search, fit);
  const readings = several.readings;
  const form = formOf(readings, given.answers, known);
  if (typeof form === 'string') {
    throw new GibbonError('E_REMOTE_ANSWER', `the answers of ${client.url} at ${fit.path} do not fit: ${form}`, {
      hint: 'Name the classes with --classes, say where the answers stand with --response, and what they are with --answers.',
    });
  }
  return {
    endpoint: {
      url: client.url,
      request: fit.request,
      response: fit.path,
      form,
      output: form.kind === 'labels' ? 'probabilities' : outputOf(readings),
      rows: several.rows,
    },
    p: fit.trial.p,
    notes: [...told(fit, given), ...several.notes],
  };
}

interface Fit extends Located {
  readonly request: Json;
  readonly trial: Trial;
}

/** The request that is answered first. */
async function firstFit(search: Search, trials: readonly Trial[]): Promise<Fit> {
  const all = search.requests.flatMap((request) => trials.map((trial) => ({ request, trial })));
  const failures: RemoteError[] = [];
  for (const { request, trial } of all) {
    try {
      return {
        request,
        trial,
        ...(await asked(search, { request, trial, rows: trial.rows.slice(0, 1), retries: all.length > 1 ? 1 : undefined })),
      };
    } catch (thrown) {
      if (!(thrown instanceof RemoteError) || all.length === 1 || !mayFitOtherwise(thrown)) throw thrown;
      failures.push(thrown);
    }
  }
  throw nothingFits(
    search.client.url,
    all.map(({ request, trial }) => `${JSON.stringify(request)} with rows of [${shapeText(trial.p)}]`),
    failures,
  );
}

const shapeText = ({ encoding, shape }: Preprocessing): string => (encoding?.kind === 'text' ? 'text' : shape.join(', '));

/** A server may refuse what has the wrong form, answer something else, or fall over it; what concerns the address or the right to ask is final. */
const mayFitOtherwise = ({ code, status }: RemoteError): boolean =>
  code === 'E_REMOTE_ANSWER' || status === 400 || status === 415 || status === 422 || status === 500;

function nothingFits(url: string, tried: readonly string[], failures: readonly RemoteError[]): GibbonError {
  const first = (failures.at(-1)?.hint ?? '').split('\n')[0] ?? '';
  return new GibbonError('E_REMOTE_ANSWER', `no usual form of request suits the endpoint ${url}`, {
    hint: [
      'Tried:',
      ...tried.map(
        (one, i) => `  ${one}: ${failures[i]?.status === undefined ? 'an answer that does not fit' : `status ${failures[i]?.status}`}`,
      ),
      ...(first.startsWith('It says') ? [first] : []),
      `Say what it takes: --request '{"instances": "$rows"}', --input-shape 3x32x32, and where its answers stand: --response predictions (docs/remote.md).`,
    ].join('\n'),
  });
}

interface Question {
  readonly request: Json;
  readonly trial: Trial;
  readonly rows: readonly Float32Array[];
  readonly retries?: number | undefined;
  readonly path?: string;
}

function asked({ client, given }: Search, { request, trial, rows, retries, path = given.response }: Question): Promise<Located> {
  const write = rowWriter(trial.p);
  return client.ask<Located>({
    body: filled(request, writtenOf(rows.map(write), trial.p)),
    rows: rows.length,
    ...(retries !== undefined && { retries }),
    accept: (json) => {
      const readings = path === undefined ? undefined : answersAt(json, path, rows.length);
      const found = path === undefined ? locate(json, rows.length) : readings && { path, readings };
      return (
        found ?? {
          misfit: `there are no answers for ${rows.length === 1 ? 'one row' : `${rows.length} rows`}${path === undefined ? '' : ` at ${path}`}`,
        }
      );
    },
  });
}

/** Numbers in one request, and rows, unless the user says how many. */
const MOST_NUMBERS = 400_000;
const MOST_ROWS = 32;

interface Several {
  readonly rows: number;
  readonly readings: readonly Reading[];
  readonly notes: readonly string[];
}

/** Several rows in one request, where that gives the answer that a row has alone. */
async function together(search: Search, { request, trial, path, readings }: Fit): Promise<Several> {
  const { rows } = search.manner;
  const size = sizeOf(trial.p.shape);
  const usual = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_NUMBERS / size)));
  const [first] = readings;
  if (takesMany(request) && rows !== 1) {
    try {
      const some = trial.rows.slice(0, rows ?? usual);
      const found = await asked(search, { request, trial, rows: some, path, ...(rows === undefined && { retries: 1 }) });
      if (isSame(found.readings[0], first)) return { rows: rows ?? usual, readings: found.readings, notes: [] };
    } catch (thrown) {
      if (rows !== undefined || !(thrown instanceof RemoteError) || !(mayFitOtherwise(thrown) || thrown.status === 413)) throw thrown;
    }
  }
  const others: Reading[] = [];
  for (const row of trial.rows.slice(1)) others.push(...(await asked(search, { request, trial, rows: [row], path })).readings);
  const notes =
    rows === 1 || !takesMany(request)
      ? []
      : ['It does not answer several rows of one request as it answers each alone: one row goes into a request.'];
  return { rows: 1, readings: [...readings, ...others], notes };
}

/** Sums in another order, and rounded answers, differ by less, as a share of the largest number. */
const SAME = 1e-2;

function isSame(a: Reading | undefined, b: Reading | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const [one, other] = [Object.values(a), Object.values(b)] as [(number | null)[], (number | null)[]];
  const scale = Math.max(...one.map((value) => Math.abs(value ?? 0)), 1e-6);
  return one.length === other.length && one.every((value, i) => Math.abs((value ?? 0) - (other[i] ?? 0)) <= SAME * scale);
}

/** Rounded probabilities do not sum to 1 exactly. */
const ROUNDED = 0.05;

function outputOf(readings: readonly Reading[]): Endpoint['output'] {
  const all = readings.map((one) =>
    typeof one === 'object' ? (Object.values(one) as (number | null)[]) : typeof one === 'number' ? [one] : [],
  );
  const within = all.every((one) => one.every((value) => value !== null && value >= 0 && value <= 1));
  if (!within) return 'logits';
  if (all.every((one) => one.length === 1)) return 'sigmoid';
  const isShares = all.every((one) => isDistribution(Float32Array.from(one, (value) => value ?? 0)) || Math.abs(sum(one) - 1) <= ROUNDED);
  return isShares ? 'probabilities' : 'logits';
}

const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** What was found out rather than said. */
function told({ request, trial, path }: Fit, given: EndpointRequest): string[] {
  return [
    ...(given.request === undefined ? [`Requests have the form ${JSON.stringify(request)}.`] : []),
    ...(given.shape === undefined && trial.p.encoding === undefined ? [`An example is sent as [${trial.p.shape.join(', ')}].`] : []),
    ...(given.response === undefined ? [`Answers are read at ${path}.`] : []),
  ];
}
