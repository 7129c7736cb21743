/** Reads a result that an audit has written: a baseline, or a side of a comparison. */
import { readFile } from 'node:fs/promises';
import { type AuditResult, auditResult, SCHEMA_VERSION } from '../audit/result.ts';
import { GibbonError } from '../base/errors.ts';

/** @throws GibbonError E_FILE_NOT_FOUND, E_USAGE where the file is no result that this version can read */
export async function readResult(path: string): Promise<AuditResult> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new GibbonError('E_FILE_NOT_FOUND', `cannot read ${path}`, {
      hint: 'Give the result.json of an audit: it lies in the folder of its run, .gibbon/runs/… or what --run said.',
      cause,
    });
  });
  const parsed = auditResult.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new GibbonError('E_USAGE', `${path} is no result of an audit in the form ${SCHEMA_VERSION}${where}`, {
    hint: 'Give the result.json that `gibbon audit` wrote; one of another version of Gibbon has to be made again.',
    cause: parsed.error,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
