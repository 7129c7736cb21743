/** Flags for models behind addresses: what is sent, where the answer stands, and how they are asked. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RemoteRequest } from '../api/remote.ts';
import type { AuditRequest } from '../api/request.ts';
import { above0, positive, whole } from './numbers.ts';

export interface RemoteFlags {
  request?: { readonly json: unknown };
  response?: string;
  answers?: 'scores' | 'labels';
  inputShape?: number[];
  header?: Record<string, string>;
  rate?: number;
  concurrency?: number;
  timeout?: number;
  retries?: number;
  rowsPerRequest?: number;
  queryBudget?: number;
}

const dims = (text: string): number[] => {
  const values = text.split(/[x×,]/).map(Number);
  if (!values.every((value) => Number.isInteger(value) && value > 0)) throw new InvalidArgumentError('A shape such as 3x32x32, please.');
  return values;
};

/** JSON, or the name of a file with it. */
const template = (text: string): { json: unknown } => {
  const isJson = /^\s*[[{"]/.test(text);
  try {
    return { json: JSON.parse(isJson ? text : readFileSync(text, 'utf8')) as unknown };
  } catch (cause) {
    throw new InvalidArgumentError(
      `${cause instanceof Error ? cause.message : String(cause)}. JSON, or a file with it, please: '{"instances": "$rows"}'.`,
    );
  }
};

const header = (line: string, before: Record<string, string> = {}): Record<string, string> => {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.+)$/.exec(line.trim()) ?? [];
  // The line itself may hold a secret, and is not repeated.
  if (name === '') throw new InvalidArgumentError("A header, please: 'Authorization: Bearer $API_TOKEN'.");
  return { ...before, [name]: value };
};

export function withRemote(command: Command): Command {
  return command
    .addOption(
      new Option('--request <json>', 'addresses: what is sent, "$rows" for the rows (docs/remote.md), or a file with it').argParser(
        template,
      ),
    )
    .option('--response <path>', 'addresses: where the answers stand: predictions, outputs[0], $')
    .addOption(new Option('--answers <kind>', 'addresses: what the answers are').choices(['scores', 'labels']))
    .addOption(new Option('--input-shape <dims>', 'addresses: shape of one example in a request: 3x32x32').argParser(dims))
    .addOption(
      new Option(
        '--header <line>',
        "addresses: 'Authorization: Bearer $API_TOKEN', the value from the environment; may be repeated",
      ).argParser(header),
    )
    .addOption(new Option('--rate <number>', 'addresses: requests a second, at most').argParser(above0))
    .addOption(new Option('--concurrency <count>', 'addresses: requests at the same time (default: 4)').argParser(positive))
    .addOption(new Option('--timeout <seconds>', 'addresses: for one request (default: 30)').argParser(above0))
    .addOption(new Option('--retries <count>', 'addresses: how often a failed request is sent again (default: 7)').argParser(whole))
    .addOption(new Option('--rows-per-request <count>', 'addresses: rows in one request').argParser(positive))
    .addOption(new Option('--query-budget <count>', 'addresses: questions in all, whatever they are asked for').argParser(positive));
}

/** The flags as part of a request; nothing where none was given. */
export function remoteOf(flags: RemoteFlags): Pick<AuditRequest, 'remote'> {
  const {
    request,
    response,
    answers,
    inputShape,
    header: headers,
    rate,
    concurrency,
    timeout,
    retries,
    rowsPerRequest,
    queryBudget,
  } = flags;
  const all: RemoteRequest = {
    ...(request && { request: request.json }),
    ...(response !== undefined && { response }),
    ...(answers && { answers }),
    ...(inputShape && { shape: inputShape }),
    ...(headers && { headers }),
    ...(rate !== undefined && { rate }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeout }),
    ...(retries !== undefined && { retries }),
    ...(rowsPerRequest !== undefined && { rows: rowsPerRequest }),
    ...(queryBudget !== undefined && { budget: queryBudget }),
  };
  return Object.keys(all).length > 0 ? { remote: all } : {};
}
