/** `gibbon audit`: runs the checks, judges, and writes a report. */
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { resolved } from '../api/request.ts';
import { usualFolder } from '../api/run-folder.ts';
import type { CliContext } from './context.ts';
import { listChecks } from './list.ts';
import { beginRun } from './run.ts';
import { type SettingFlags, settingsFor, withSettings } from './settings.ts';
import { VARIABLES_HELP } from './variables.ts';

interface AuditFlags extends SettingFlags {
  fresh?: boolean;
  list?: boolean;
  annotations?: boolean;
}

export function auditCommand(context: CliContext): Command {
  return withSettings(new Command('audit'))
    .description('check a model and report how it breaks; without a model, the pair that ships with Gibbon')
    .option('--fresh', 'compute everything again, also what an earlier run in this folder has finished')
    .option('--list', 'list the checks and end')
    .addHelpText('after', VARIABLES_HELP)
    .option('--annotations', 'gates and severe findings as GitHub workflow commands, too (on stderr)')
    .action((models: string[], flags: AuditFlags) => audit(models, flags, context));
}

async function audit(given: readonly string[], flags: AuditFlags, context: CliContext): Promise<void> {
  if (flags.list) return listChecks();
  const settings = await settingsFor({ models: given, flags });
  const { models = [], request, preset = 'standard', workers, output = [] } = settings;
  const options = resolved(models, request);
  const folder = settings.run ?? usualFolder(options);
  const page = output.find((path) => path.endsWith('.html')) ?? join(folder, 'report.html');
  const json = settings.json ?? join(folder, 'result.json');
  await beginRun(
    {
      command: context.command,
      cwd: process.cwd(),
      startedAt: new Date().toISOString(),
      workers,
      options: { ...options, preset, folder: resolve(folder), threads: 1 },
      outputs: { paths: [page, ...output].map((path) => resolve(path)), json: json === '-' ? '-' : resolve(json), page: resolve(page) },
      ...(request.gates && { gates: request.gates }),
      ...(request.baseline !== undefined && { baseline: resolve(request.baseline) }),
    },
    { context, fresh: flags.fresh === true, quiet: settings.quiet === true, annotations: flags.annotations === true },
  );
}
