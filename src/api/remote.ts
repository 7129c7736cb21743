/** What a caller may say of models behind addresses, checked before anything is asked of them. */
import type { AuditOptions, Budgets } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';
import { isPath } from '../model/remote/answer.ts';
import { isAddress, type Json, USUAL_MANNER } from '../model/remote/endpoint.ts';
import { assertNoSecrets } from '../model/remote/secrets.ts';
import { assertTemplate } from '../model/remote/template.ts';

/** docs/remote.md. What is absent is found by the first questions, or has the command line's default. */
export interface RemoteRequest {
  /** Template of a request: JSON in which `"$rows"` stands for the rows. */
  readonly request?: unknown;
  /** Where the answers stand: `predictions`, `outputs[0]`, `results[].scores`, `$` for the whole. */
  readonly response?: string | undefined;
  /** Are they scores, or decisions alone? */
  readonly answers?: 'scores' | 'labels' | undefined;
  /** Shape of one example in a request. */
  readonly shape?: readonly number[] | undefined;
  /** Header lines; `$NAME` in a value stands for a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Requests a second, at most. */
  readonly rate?: number | undefined;
  /** Requests under way at the same time: 4. */
  readonly concurrency?: number | undefined;
  /** Seconds for one request: 30. */
  readonly timeout?: number | undefined;
  /** How often a request that failed is sent again: 7. */
  readonly retries?: number | undefined;
  /** Rows in one request. */
  readonly rows?: number | undefined;
  /** Questions in all, whatever they are asked for. */
  readonly budget?: number | undefined;
}

interface Asked {
  readonly remote?: RemoteRequest | undefined;
  readonly budgets?: Budgets | undefined;
}

/** The options of endpoints, and the budgets beside them: what a check may ask is for endpoints what the whole run may. @throws GibbonError E_USAGE */
export function remoteOptions(models: readonly string[], { remote = {}, budgets }: Asked): Pick<AuditOptions, 'remote' | 'budgets'> {
  const addresses = models.filter(isAddress);
  if (addresses.length === 0) return { remote: undefined, budgets };
  const { request, response, answers, shape, headers = {}, budget, ...pace } = remote;
  for (const url of addresses) assertNoSecrets(url, headers);
  if (request !== undefined) assertTemplate(request as Json);
  if (response !== undefined && !isPath(response)) {
    throw new GibbonError('E_USAGE', `${response} is no path to an answer`, {
      hint: 'Such as predictions, outputs[0], results[].scores, or $ for the whole answer.',
    });
  }
  const { queries, ...others } = budgets ?? {};
  const total = budget ?? queries;
  const said = Object.fromEntries(Object.entries(pace).filter(([, value]) => value !== undefined));
  return {
    remote: {
      given: { request: request as Json | undefined, response, answers, shape },
      manner: { ...USUAL_MANNER, ...said, headers, ...(total !== undefined && { budget: total }) },
    },
    budgets: total === undefined && Object.keys(others).length === 0 ? undefined : { ...others, ...(total !== undefined && { total }) },
  };
}
