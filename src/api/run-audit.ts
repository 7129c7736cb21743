/** Runs an audit of one or more models and puts the JSON result together; what is finished is written even when a later model fails. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { auditModel } from '../audit/audit.ts';
import { evaluateGates, type Gating } from '../audit/gates/evaluate.ts';
import type { AuditOptions, RemoteOptions } from '../audit/options.ts';
import { type AuditResult, SCHEMA_VERSION } from '../audit/result.ts';
import { GibbonError } from '../base/errors.ts';
import { version as ortVersion } from '../runtime/ort-version.ts';
import { buildId } from './build-id.ts';
import { type Audience, hire, narrator } from './crew.ts';
import { version } from './version.ts';

export interface Run {
  readonly options: AuditOptions;
  /** Worker processes; one per CPU that memory allows when undefined. */
  readonly workers: number | undefined;
  readonly audience: Audience;
  readonly signal: AbortSignal | undefined;
  /** What was asked, for the report's provenance: a command line, or a call. */
  readonly command: string;
  /** File that keeps what is finished and knows what was finished before; nothing is kept when absent. */
  readonly journal?: string | undefined;
  /** What the result is held against when it is there. */
  readonly gating?: Gating | undefined;
  /** When the run began, where it is taken up again. */
  readonly startedAt?: Date | undefined;
}

export interface RunOutcome {
  readonly result: AuditResult | undefined;
  /** What stopped the run, if something did. */
  readonly error: unknown;
}

export async function runAudit({
  options: asked,
  workers,
  audience,
  signal,
  command,
  journal: path,
  gating = {},
  startedAt = new Date(),
}: Run): Promise<RunOutcome> {
  const began = Date.now();
  const reporter = narrator(audience);
  const journal = path === undefined ? undefined : await (await import('../store/journal.ts')).openJournal(path);
  const counts = await countsFolder(asked, path);
  const options = { ...counts.options, journal, build: buildId() };
  // Rate and budget of an endpoint are kept by one process.
  const crew = hire({ size: options.remote ? 1 : workers, signal, audience });
  if (options.remote && (workers ?? 1) > 1) reporter.note('one worker: an endpoint is asked by one process, which keeps rate and budget');
  const models: AuditResult['models'] = [];
  const checks: AuditResult['checks'] = [];
  const timings: Record<string, number> = {};
  let error: unknown;
  try {
    for (const model of options.models) {
      const audited = await auditModel(options, model, { workers: crew, reporter }).catch((thrown: unknown) => {
        // A model that kills or hangs its workers does not keep the next one from its audit.
        if (!(thrown instanceof GibbonError && (thrown.code === 'E_WORKER_DIED' || thrown.code === 'E_WORKER_HUNG'))) throw thrown;
        error ??= new GibbonError(thrown.code, `${model.name}: ${thrown.message}`, {
          ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
          cause: thrown,
        });
      });
      if (!audited) continue;
      models.push(audited.result);
      checks.push(...audited.checks);
      error ??= audited.failure;
      for (const [name, seconds] of Object.entries(audited.timings)) timings[name] = (timings[name] ?? 0) + seconds;
    }
  } catch (thrown) {
    error ??= thrown;
  } finally {
    reporter.end();
    await crew.close();
    await journal?.close();
    await counts.end();
  }
  const [first] = models;
  if (!first) return { result: undefined, error };
  timings.total = (Date.now() - began) / 1000;
  const result: AuditResult = {
    schemaVersion: SCHEMA_VERSION,
    gibbon: { version },
    run: provenance(options, { command, startedAt, workers: crew.size }),
    summary: first.summary,
    models,
    checks,
    timings,
  };
  return { result: gated(result, gating), error };
}

/** What endpoints were asked is counted in the run's folder; a run that nobody can take up again has a folder for as long as it lives. */
async function countsFolder(
  options: AuditOptions,
  journal: string | undefined,
): Promise<{ readonly options: AuditOptions; end(): Promise<void> }> {
  if (!options.remote) return { options, end: async () => {} };
  const within = (folder: string): AuditOptions => ({ ...options, remote: { ...(options.remote as RemoteOptions), folder } });
  if (journal !== undefined) return { options: within(dirname(journal)), end: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'gibbon-asked-'));
  return { options: within(folder), end: () => rm(folder, { recursive: true, force: true }) };
}

function gated(result: AuditResult, gating: Gating): AuditResult {
  const gates = evaluateGates(result, gating);
  if (gates === undefined) return result;
  // Beside the checks that they rest on; timings stay last.
  const { timings, ...rest } = result;
  return { ...rest, gates, timings };
}

function provenance(
  options: AuditOptions,
  { command, startedAt, workers }: { command: string; startedAt: Date; workers: number },
): AuditResult['run'] {
  return {
    startedAt: startedAt.toISOString(),
    command,
    seed: options.seed,
    preset: options.only ? options.only.id : options.preset,
    ...(options.budgets && { budgets: { ...options.budgets } }),
    runtime: {
      name: 'onnxruntime-node',
      version: ortVersion,
      provider: 'cpu',
      threads: options.threads,
      workers,
      optimisation: 'all',
      precision: 'float32',
    },
    platform: { node: process.version, os: process.platform, arch: process.arch, cpu: cpus()[0]?.model ?? 'unknown' },
  };
}
