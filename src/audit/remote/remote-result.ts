/** What a result says of an endpoint: what was sent, where the answers stood, and how much was asked. */
import { NOTHING_ASKED } from '../../model/remote/tally.ts';
import type { CheckFacts } from '../checks/facts.ts';
import type { ModelResult } from '../result.ts';
import type { SubjectSpec } from '../subject.ts';
import { countsIn } from './tally-file.ts';

export function remoteResult(
  { prepared: { endpoint } }: Pick<CheckFacts, 'prepared'>,
  { remote }: Pick<SubjectSpec, 'remote'>,
): Pick<ModelResult, 'remote'> {
  if (!endpoint || !remote) return {};
  const { manner } = remote;
  const { url, request, response, form, rows } = endpoint;
  const { requests, rows: sent, answered, refused, unsure } = manner.folder === undefined ? NOTHING_ASKED : countsIn(manner.folder);
  return {
    remote: {
      url,
      request: JSON.stringify(request),
      response,
      answers: form.kind === 'labels' ? 'labels' : 'scores',
      rowsPerRequest: rows,
      asked: { budget: manner.budget ?? null, requests, questions: sent, answered, refused, unsure },
    },
  };
}
