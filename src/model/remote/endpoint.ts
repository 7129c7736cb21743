/** A model behind an address: what is sent to it, where its answer stands, and how it is asked. Plain JSON throughout, since it travels to workers. */

import type { OutputKind } from '../../task/logits.ts';

/** Whatever JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an answer holds for each row: one score for each class, a class, or scores under the names of classes. */
export type AnswerForm =
  | { readonly kind: 'scores'; readonly numbers: number }
  | { readonly kind: 'labels'; readonly names: readonly string[] | null; readonly classes: number }
  | { readonly kind: 'named'; readonly names: readonly string[] };

/** What the user says of an endpoint; the first look finds out the rest. */
export interface EndpointRequest {
  /** Template of the request (docs/remote.md): JSON in which `"$rows"` stands for the rows. */
  readonly request?: Json | undefined;
  /** Where the answers stand, such as `predictions` or `outputs[0]`; found where it is absent. */
  readonly response?: string | undefined;
  /** Are they scores, or decisions alone? Seen where it is absent. */
  readonly answers?: 'scores' | 'labels' | undefined;
  /** Shape of one example in the request, without the batch dimension; tried where it is absent. */
  readonly shape?: readonly number[] | undefined;
}

/** An endpoint as it is asked, once the first look has settled everything. */
export interface Endpoint {
  readonly url: string;
  readonly request: Json;
  readonly response: string;
  readonly form: AnswerForm;
  /** What its scores are. */
  readonly output: OutputKind;
  /** Rows in one request. */
  readonly rows: number;
}

/** How it is asked. None of this changes what it answers. */
export interface Manner {
  /** Header lines; `$NAME` or `${NAME}` in a value stands for a variable of the environment, which is read when it is needed and kept nowhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** Requests a second, at most; no limit when absent. */
  readonly rate?: number | undefined;
  /** Requests under way at the same time. */
  readonly concurrency: number;
  /** Seconds that one request may take. */
  readonly timeout: number;
  /** How often a request that failed is sent again. */
  readonly retries: number;
  /** Rows in one request, where the user says so. */
  readonly rows?: number | undefined;
  /** Questions (rows) in all, whatever they are asked for; no end when absent. */
  readonly budget?: number | undefined;
  /** Folder that keeps the count of what was asked. */
  readonly folder?: string | undefined;
}

export const USUAL_MANNER: Manner = { headers: {}, concurrency: 4, timeout: 30, retries: 7 };

/** Is this the address of a model, and no path? */
export const isAddress = (model: string): boolean => /^https?:\/\//i.test(model);
