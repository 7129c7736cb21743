/** An audit as a function: the same work as `gibbon audit`, in watched worker processes, with the result as a value. */
import { resolve } from 'node:path';
import type { Preset } from '../audit/presets.ts';
import type { AuditResult } from '../audit/result.ts';
import { GibbonError, toGibbonError } from '../base/errors.ts';
import type { ProgressSnapshot } from '../base/progress.ts';
import { gatingOf } from './gating.ts';
import { type AuditRequest, resolved } from './request.ts';
import { runAudit } from './run-audit.ts';

export interface AuditCall extends AuditRequest {
  /** ONNX files; several are compared side by side. The pair that ships with Gibbon when absent. */
  readonly model?: string | readonly string[];
  /** How thorough: standard. */
  readonly preset?: Preset;
  /** Keeps adversarial inputs here and puts pictures into the result; neither when absent. */
  readonly folder?: string;
  /** Worker processes; one per CPU. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProgressSnapshot) => void;
  /** Assumptions and decisions on the way, as lines for people. */
  readonly onNote?: (line: string) => void;
}

/** Why an audit did not come to its end, with what it had found until then. */
export class AuditError extends GibbonError {
  /** The finished part of the result, if any. */
  readonly partial: AuditResult | undefined;

  constructor({ code, message, hint, cause }: GibbonError, partial: AuditResult | undefined) {
    super(code, message, { ...(hint !== undefined && { hint }), cause });
    this.name = 'AuditError';
    this.partial = partial;
  }
}

/**
 * Audits one or more models. Gates that fail do not throw: `result.gates` says what came of them.
 * @throws GibbonError (E_USAGE, E_FILE_NOT_FOUND) for what the call itself gets wrong
 * @throws AuditError for what model or data get wrong, and for what died, hung or was aborted
 */
export async function audit(call: AuditCall): Promise<AuditResult> {
  const { model = [], preset = 'standard', folder, workers, signal, onProgress, onNote, ...request } = call;
  const models = typeof model === 'string' ? [model] : model;
  const options = { ...resolved(models, request), preset, folder: folder === undefined ? undefined : resolve(folder), threads: 1 };
  const { result, error } = await runAudit({
    options,
    gating: await gatingOf(request, options),
    workers,
    signal,
    command: `audit(${JSON.stringify({ model, preset, ...request })})`,
    audience: { update: (progress) => onProgress?.(progress), line: (line) => onNote?.(line), done: () => {} },
  });
  if (result && !error) return result;
  throw new AuditError(toGibbonError(error), result);
}
