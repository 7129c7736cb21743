/** `gibbon audit`: attacks a model, judges, and writes a report. */
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { resolved } from '../api/request.ts';
import { runAudit } from '../api/run-audit.ts';
import { PRESETS, type Preset } from '../audit/presets.ts';
import type { CliContext } from './context.ts';
import { checkedOutputs, gathered, OUTPUT_HELP, writeOutputs } from './outputs.ts';
import { createProgressBar } from './progress-bar.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';
import { assertWritable } from './write.ts';

interface AuditFlags extends SharedFlags {
  preset: Preset;
  output?: string[];
  folder: string;
}

export function auditCommand(context: CliContext): Command {
  const command = new Command('audit')
    .description('attack a model and report how it breaks; without a model, the pair that ships with Gibbon')
    .argument('[models...]', 'ONNX files or Hugging Face folders; several are compared side by side')
    .addOption(new Option('--preset <name>', 'how thorough').choices(PRESETS).default('standard'))
    .addOption(new Option('-o, --output <file>', OUTPUT_HELP).argParser(gathered))
    .option('--folder <dir>', 'the run folder: report, result and adversarial inputs', 'gibbon-report')
    .action((models: string[], flags: AuditFlags) => audit(models, flags, context));
  return withShared(command);
}

async function audit(models: readonly string[], flags: AuditFlags, context: CliContext): Promise<void> {
  const options = resolved(models, requestOf(flags));
  const given = flags.output ?? [];
  const page = given.find((path) => path.endsWith('.html')) ?? join(flags.folder, 'report.html');
  const outputs = await checkedOutputs([page, ...given], flags.json ?? join(flags.folder, 'result.json'));
  await assertWritable(resolve(flags.folder, 'adversarial', 'probe'));
  const { result, error } = await runAudit({
    options: { ...options, preset: flags.preset, folder: resolve(flags.folder), threads: 1 },
    workers: flags.workers,
    audience: createProgressBar(),
    ...context,
  });
  if (result) {
    const { renderTerminal } = await import('../report/terminal.ts');
    await writeOutputs(result, outputs);
    const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    process.stdout.write(
      `${renderTerminal(result, { color, width: Math.min(process.stdout.columns ?? 80, 100) })}\n\nreport  file://${resolve(page)}\n`,
    );
  }
  if (error) throw error;
}
