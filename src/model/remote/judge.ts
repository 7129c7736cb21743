/** The judge of a model behind an address: each row is a question, sent in requests of a few rows, and what comes back is its answer. */
import { decided, type Judge } from '../judge.ts';
import { classScores } from '../margin.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { answersAt } from './answer.ts';
import type { Client } from './client.ts';
import type { AnswerForm, Endpoint, Json } from './endpoint.ts';
import { outputsOf, scoresOf } from './form.ts';
import { NO_MEMORY } from './memory.ts';
import { spent } from './tally.ts';
import { filled, type Written } from './template.ts';
import { rowWriter } from './write-row.ts';

export function createRemoteJudge(
  client: Client,
  endpoint: Endpoint,
  p: Preprocessing,
  { concurrency, budget }: { readonly concurrency: number; readonly budget?: number | undefined },
): Judge {
  const write = rowWriter(p);
  const { request, response, form } = endpoint;
  const memory = client.memories?.(JSON.stringify([endpoint.url, request, response, form]), outputsOf(form)) ?? NO_MEMORY;
  const ask = async (rows: Written['rows']): Promise<Float32Array[]> => {
    const made = await client.ask({
      body: filled(request, writtenOf(rows, p)),
      rows: rows.length,
      accept: (json) => accepted(json, rows.length, endpoint),
    });
    memory.keep(rows.map(({ json }, i) => ({ row: json, scores: made[i] as Float32Array })));
    return made;
  };
  const scores = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const written = rows.map(write);
    const known = written.map(({ json }) => memory.recall(json));
    const left = written.filter((_, i) => known[i] === undefined);
    // Half an answer is of no use: nothing is sent where the rest is not covered.
    if (client.tally.left() < left.length) throw spent(budget ?? 0);
    const parts = Array.from({ length: Math.ceil(left.length / endpoint.rows) }, (_, i) =>
      left.slice(i * endpoint.rows, (i + 1) * endpoint.rows),
    );
    const made = (await inLanes(parts, concurrency, ask)).flat();
    let at = 0;
    return known.map((one) => one ?? (made[at++] as Float32Array));
  };
  const decide: Judge['decide'] = async (rows) => (await scores(rows)).map((own) => decided(own, endpoint.output));
  return {
    outputs: outputsOf(endpoint.form),
    scores,
    classScores: async (rows) => (await scores(rows)).map((own) => classScores(own, endpoint.output)),
    decide,
    answer: decide,
    votes: 1,
    allowance: client.tally,
    release: async () => {},
  };
}

/** Rows with what templates want to know of them. */
export function writtenOf(rows: Written['rows'], { encoding, shape }: Preprocessing): Written {
  if (encoding?.kind === 'ports') return { rows, shape, columns: encoding.columns.map(({ name }) => name) };
  return { rows, shape: encoding?.kind === 'text' ? [] : shape };
}

function accepted(
  json: Json,
  rows: number,
  { response, form }: Pick<Endpoint, 'response' | 'form'>,
): Float32Array[] | { readonly misfit: string } {
  const readings = answersAt(json, response, rows);
  if (!readings) return { misfit: `there ${rows === 1 ? 'is no answer for one row' : `are no answers for ${rows} rows`} at ${response}` };
  const scores = readings.map((one) => scoresOf(one, form));
  return scores.every((one) => one !== undefined)
    ? scores
    : { misfit: `an answer at ${response} is not ${KINDS[form.kind](form as never)}` };
}

const KINDS: { readonly [K in AnswerForm['kind']]: (form: AnswerForm & { kind: K }) => string } = {
  scores: ({ numbers }) => (numbers === 1 ? 'one number' : `${numbers} numbers`),
  labels: ({ classes }) => `one of ${classes} classes`,
  named: ({ names }) => `scores for the classes ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`,
};

/** Work on all parts, a few at a time, in their order; after the first failure nothing more is begun. */
async function inLanes<T, R>(parts: readonly T[], lanes: number, work: (part: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    try {
      while (next < parts.length) {
        const at = next++;
        results[at] = await work(parts[at] as T);
      }
    } catch (thrown) {
      next = parts.length;
      throw thrown;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, parts.length) }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}
