/** Runs an audit of one or more models and puts the JSON result together; what is finished is written even when a later model fails. */
import { cpus } from 'node:os';
import { auditModel } from '../audit/audit.ts';
import { evaluateGates, type Gating } from '../audit/gates/evaluate.ts';
import type { AuditOptions } from '../audit/options.ts';
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
  const options = { ...asked, journal, build: buildId() };
  const crew = hire({ size: workers, signal, audience });
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
