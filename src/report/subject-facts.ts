/** What was audited, in a few words: a file with its size, or an endpoint with what it was asked. */
import type { ModelResult } from '../audit/result.ts';
import { bytes, count, plural } from './format.ts';

type Remote = NonNullable<ModelResult['remote']>;

/** E.g. "45 kB, 1,199,882 parameters", or "an endpoint that was asked 9,033 questions in 310 requests". */
export function subjectFacts({ bytes: size, parameters, remote }: ModelResult): string {
  return remote ? `an endpoint that was asked ${askedText(remote)}` : `${bytes(size)}, ${count(parameters)} parameters`;
}

/** Questions and requests, and what became of those that were not simply answered. */
export function askedText({ asked }: Remote): string {
  const { budget, requests, questions, refused, unsure } = asked;
  const odd = [
    ...(refused.requests > 0 ? [`${plural(refused.requests, 'request')} turned away`] : []),
    ...(unsure.rows > 0 ? [`${plural(unsure.rows, 'question')} without a usable answer, which may have been answered all the same`] : []),
  ];
  const of = budget === null ? '' : ` of at most ${count(budget)}`;
  return `${plural(questions - refused.rows, 'question')}${of} in ${plural(requests, 'request')}${odd.length > 0 ? ` (${odd.join('; ')})` : ''}`;
}
