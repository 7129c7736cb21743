/** What carries one request to an endpoint, and what can come of it. One call is one request on the wire, never two: they are counted. */
export interface Letter {
  readonly url: string;
  readonly method: 'POST' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Milliseconds for all of it. */
  readonly timeout: number;
}

export type Delivery =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly text: string;
      readonly retryAfter: string | undefined;
      readonly location: string | undefined;
    }
  /** It never reached a server; `final` where trying again cannot help. */
  | { readonly kind: 'unsent'; readonly reason: string; readonly final: boolean }
  /** It went out, and no answer came: the model may have been asked. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Never rejects. */
export type Deliver = (letter: Letter) => Promise<Delivery>;
