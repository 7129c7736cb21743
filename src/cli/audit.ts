/** `gibbon audit`: runs the checks, judges, and writes a report. */
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { resolved } from '../api/request.ts';
import { usualFolder } from '../api/run-folder.ts';
import { PRESETS, type Preset } from '../audit/presets.ts';
import { type CheckFlags, checksOf, withChecks } from './audit-options.ts';
import type { CliContext } from './context.ts';
import { listChecks } from './list.ts';
import { gathered, OUTPUT_HELP } from './outputs.ts';
import { beginRun } from './run.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';
import { type ThreatFlags, threatOfFlags, withThreat } from './threat-options.ts';

interface AuditFlags extends SharedFlags, CheckFlags, ThreatFlags {
  preset: Preset;
  output?: string[];
  run?: string;
  fresh?: boolean;
  list?: boolean;
  quiet?: boolean;
}

export function auditCommand(context: CliContext): Command {
  const command = new Command('audit')
    .description('check a model and report how it breaks; without a model, the pair that ships with Gibbon')
    .argument('[models...]', 'ONNX files or Hugging Face folders; several are compared side by side')
    .addOption(new Option('--preset <name>', 'how thorough').choices(PRESETS).default('standard'))
    .addOption(new Option('-o, --output <file>', OUTPUT_HELP).argParser(gathered))
    .option('--run <dir>', "the run's own folder: report, result, journal, adversarial inputs (default: .gibbon/runs/…)")
    .option('--fresh', 'compute everything again, also what an earlier run in this folder has finished')
    .option('--list', 'list the checks and end')
    .option('--quiet', 'the verdict only')
    .action((models: string[], flags: AuditFlags) => audit(models, flags, context));
  return withChecks(withThreat(withShared(command)));
}

async function audit(models: readonly string[], flags: AuditFlags, context: CliContext): Promise<void> {
  if (flags.list) return listChecks();
  const request = { ...requestOf(flags), ...checksOf(flags), ...threatOfFlags(flags) };
  const options = resolved(models, request);
  const folder = flags.run ?? usualFolder(options);
  const given = flags.output ?? [];
  const page = given.find((path) => path.endsWith('.html')) ?? join(folder, 'report.html');
  const json = flags.json ?? join(folder, 'result.json');
  await beginRun(
    {
      command: context.command,
      cwd: process.cwd(),
      startedAt: new Date().toISOString(),
      workers: flags.workers,
      options: { ...options, preset: flags.preset, folder: resolve(folder), threads: 1 },
      outputs: { paths: [page, ...given].map((path) => resolve(path)), json: json === '-' ? '-' : resolve(json), page: resolve(page) },
      ...(request.gates && { gates: request.gates }),
      ...(request.baseline !== undefined && { baseline: resolve(request.baseline) }),
    },
    { context, fresh: flags.fresh === true, quiet: flags.quiet === true },
  );
}
