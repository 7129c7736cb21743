/** The folder of a run, and the note in it from which the run can be taken up again. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import { type GateRules, gateRules } from '../audit/gates/gate-rules.ts';
import type { AuditOptions } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';

/** The file with the finished work of a run. */
export const JOURNAL = 'journal.db';
const RECORD = 'run.json';

/** Enough to run the same audit again. */
export interface RunRecord {
  readonly command: string;
  /** Paths in the options are relative to it. */
  readonly cwd: string;
  readonly startedAt: string;
  readonly workers?: number | undefined;
  readonly options: AuditOptions;
  /** What is written when it is finished: absolute paths. */
  readonly outputs: { readonly paths: readonly string[]; readonly json?: string | undefined; readonly page: string };
  /** Rules that its result must keep, as in the configuration. */
  readonly gates?: GateRules | undefined;
  /** Absolute path of the result that it is compared with. */
  readonly baseline?: string | undefined;
}

/** Names of models are names of files in the run's folder: one of a folder from elsewhere must not lead out of it. */
const name = z.string().regex(/^(?!\.{1,2}$)[^/\\\0]+$/, 'no name of a model');

const record = z.object({
  command: z.string(),
  cwd: z.string(),
  startedAt: z.string(),
  workers: z.int().optional(),
  options: z.looseObject({ models: z.array(z.object({ path: z.string(), name })).min(1), preset: z.string(), folder: z.string() }),
  outputs: z.object({ paths: z.array(z.string()), json: z.string().optional(), page: z.string() }),
  gates: gateRules.optional(),
  baseline: z.string().optional(),
});

/** Where a run is kept that names no folder: one folder for each set of models and data, so that a second run finds what the first has computed. */
export function usualFolder({ models, data, dataName }: Pick<AuditOptions, 'models' | 'data' | 'dataName'>): string {
  if (dataName !== undefined) return join('.gibbon', 'runs', 'demo');
  const paths = [...models.map(({ path }) => path), data.path].map((path) => resolve(path));
  const mark = createHash('sha256').update(JSON.stringify(paths)).digest('hex').slice(0, 8);
  const name = models.map((model) => model.name.replaceAll(/[^\w.-]+/g, '-')).join('-and-');
  return join('.gibbon', 'runs', `${name.slice(0, 60)}-${mark}`);
}

export function recordPath(folder: string): string {
  return join(folder, RECORD);
}

export function recordText(of: RunRecord): string {
  // The journal and the build are this process's own.
  const { journal: _, build: __, ...options } = of.options;
  return `${JSON.stringify({ ...of, options }, null, 1)}\n`;
}

/** Gibbon makes no links in a run's folder; one that somebody else put there could lead whatever is written or cleared out of it. @throws GibbonError E_USAGE */
export async function assertNoLinks(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const link = found.find((entry) => entry.isSymbolicLink());
  if (!link) return;
  throw new GibbonError('E_USAGE', `${join(link.parentPath, link.name)} is a link, which has no place in the folder of a run`, {
    hint: 'Remove it, or start the audit again with its own command.',
  });
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_USAGE where the folder holds no run */
export async function readRecord(folder: string): Promise<RunRecord> {
  const path = recordPath(folder);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new GibbonError('E_FILE_NOT_FOUND', `${folder} is not the folder of a run: there is no ${RECORD} in it`, {
      hint: 'Runs are kept in .gibbon/runs, or where --run said.',
      cause,
    });
  });
  try {
    return record.parse(JSON.parse(text)) as object as RunRecord;
  } catch (cause) {
    throw new GibbonError('E_USAGE', `${path} cannot be read`, { hint: 'Start the audit again with its own command.', cause });
  }
}

/** Where the path of a run lies now that the run's folder is `folder`; undefined for one that is not in the run's folder. */
function within(path: string, { from, folder }: { readonly from: string; readonly folder: string }): string | undefined {
  const inside = relative(from, path);
  return inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..' ? undefined : join(folder, inside);
}

/**
 * A run as it goes on in `folder`, which may have been moved or come from elsewhere, and the outputs that are left out:
 * what the note says may be written in that folder only, and nothing else.
 */
export function relocated(run: RunRecord, folder: string): { readonly run: RunRecord; readonly outside: readonly string[] } {
  const from = run.options.folder as string;
  const inside = (path: string): string | undefined => within(path, { from, folder });
  const { paths, json, page } = run.outputs;
  const files = [...paths, ...(json === undefined || json === '-' ? [] : [json])];
  const [ownPage, ownJson] = [join(folder, 'report.html'), join(folder, 'result.json')];
  const kept = paths.map(inside).filter((path): path is string => path !== undefined);
  const outputs = {
    page: inside(page) ?? ownPage,
    paths: [...new Set([inside(page) ?? ownPage, ...kept])],
    json: (json === undefined ? undefined : inside(json)) ?? ownJson,
  };
  const options = { ...run.options, folder };
  return { run: { ...run, options, outputs }, outside: files.filter((path) => inside(path) === undefined) };
}
