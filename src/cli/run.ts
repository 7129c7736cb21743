/** Runs an audit in its folder, from the beginning or from where it was stopped, and tells what came of it. */
import { readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Audience } from '../api/crew.ts';
import { gatingOf } from '../api/gating.ts';
import { runAudit } from '../api/run-audit.ts';
import { JOURNAL, type RunRecord, recordPath, recordText } from '../api/run-folder.ts';
import { isRemote } from '../audit/failures.ts';
import { clearAdversarial } from '../audit/leftovers.ts';
import { remoteFolder } from '../audit/remote/tally-file.ts';
import type { AuditResult } from '../audit/result.ts';
import { GibbonError, toGibbonError } from '../base/errors.ts';
import { removeJournal } from '../store/journal.ts';
import { exitCodeOf } from './conclude.ts';
import type { CliContext } from './context.ts';
import { hasColor } from './environment.ts';
import { checkedOutputs, writeOutputs } from './outputs.ts';
import { createProgressBar } from './progress-bar.ts';
import { tellError } from './tell-error.ts';
import { assertWritable, writeOutput } from './write.ts';

export interface Manner {
  readonly context: CliContext;
  /** Forget what an earlier run in this folder has finished. */
  readonly fresh: boolean;
  /** The verdict and the gates only. */
  readonly quiet: boolean;
  /** Tell GitHub's runner of gates and severe findings. */
  readonly annotations?: boolean;
}

const SILENT: Audience = { update: () => {}, line: () => {}, done: () => {} };

/** Begins a run. @throws GibbonError for what stopped it, after what is finished was written */
export async function beginRun(run: RunRecord, manner: Manner): Promise<void> {
  const folder = run.options.folder as string;
  // What is wrong with the gates is said before anything is written.
  await gatingOf(run, run.options);
  await assertWritable(join(folder, 'adversarial', 'probe'));
  const { paths, json } = run.outputs;
  await checkedOutputs(paths, json === '-' ? undefined : json);
  if (manner.fresh) {
    await removeJournal(join(folder, JOURNAL));
    for (const { name } of run.options.models) {
      await clearAdversarial(folder, name);
      await rm(remoteFolder(folder, name), { recursive: true, force: true });
    }
  }
  const kept = await withOwnBaseline(run, folder);
  await writeOutput(recordPath(folder), recordText(kept));
  await goOn(kept, manner);
}

/** A baseline that this run will overwrite is kept beside it: a run that is taken up again must not be compared with itself. */
async function withOwnBaseline(run: RunRecord, folder: string): Promise<RunRecord> {
  const { baseline, outputs } = run;
  if (baseline === undefined || ![...outputs.paths, outputs.json].includes(baseline)) return run;
  const copy = join(folder, 'baseline.json');
  await writeOutput(copy, await readFile(baseline, 'utf8'));
  return { ...run, baseline: copy };
}

/** Takes a run up where it was stopped: what its journal holds is not computed again. */
export async function goOn(run: RunRecord, { context, quiet, annotations = false }: Manner): Promise<void> {
  const folder = run.options.folder as string;
  const { result, error } = await runAudit({
    options: run.options,
    workers: run.workers,
    audience: quiet ? SILENT : createProgressBar(),
    signal: context.signal,
    command: run.command,
    journal: join(folder, JOURNAL),
    gating: await gatingOf(run, run.options),
    startedAt: new Date(run.startedAt),
  });
  if (result) await tell(result, run, quiet);
  if (result && annotations) await annotate(result);
  if (error instanceof GibbonError && error.code === 'E_ABORTED') throw stopped(error, folder);
  // A gate that the figures fail has failed, whatever else died on the way.
  const hasFailed = result?.gates?.some(({ outcome, counts }) => outcome === 'fail' && counts === 'fail') ?? false;
  if (error && !hasFailed) throw error instanceof GibbonError && isRemote(error) ? interrupted(error, folder) : error;
  if (error) tellError(toGibbonError(error));
  if (result) process.exitCode = exitCodeOf(result);
}

/** Results to stdout: the JSON alone where that was asked for, else the summary, whose last lines are the verdict and the report. */
async function tell(result: AuditResult, { outputs: { paths, json, page } }: RunRecord, quiet: boolean): Promise<void> {
  await writeOutputs(result, { paths, json: json === '-' ? undefined : json });
  if (json === '-') {
    process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    return;
  }
  const { renderTerminal, renderVerdicts } = await import('../report/terminal.ts');
  const color = hasColor(process.stdout);
  if (quiet) {
    process.stdout.write(`${renderVerdicts(result, { color })}\n`);
    return;
  }
  const width = Math.min(process.stdout.columns ?? 80, 100);
  process.stdout.write(`${renderTerminal(result, { color, width })}\n\nreport  file://${resolve(page)}\n`);
}

/** On stderr, which the runner reads as well: stdout may be JSON alone. */
async function annotate(result: AuditResult): Promise<void> {
  const { annotations } = await import('./annotations.ts');
  for (const line of annotations(result)) process.stderr.write(`${line}\n`);
}

/** An endpoint may come back. */
function interrupted({ code, message, hint = '', cause }: GibbonError, folder: string): GibbonError {
  const again = `What is finished is kept. To go on: gibbon resume ${relative(process.cwd(), folder) || '.'}`;
  return new GibbonError(code, message, { hint: [hint, again].filter((line) => line !== '').join('\n'), cause });
}

function stopped(error: GibbonError, folder: string): GibbonError {
  return new GibbonError(error.code, 'stopped on request; what is finished is kept', {
    hint: `To go on: gibbon resume ${relative(process.cwd(), folder) || '.'}`,
    cause: error,
  });
}
