/** `gibbon audit`: attacks a model, judges, and writes a report. */
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { resolved } from '../api/request.ts';
import { runAudit } from '../api/run-audit.ts';
import { PRESETS, type Preset } from '../audit/presets.ts';
import type { CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';
import { assertWritable, writeOutput } from './write.ts';

interface AuditFlags extends SharedFlags {
  preset: Preset;
  output?: string;
  folder: string;
}

export function auditCommand(context: CliContext): Command {
  const command = new Command('audit')
    .description('attack a model and report how it breaks; without a model, the pair that ships with Gibbon')
    .argument('[models...]', 'ONNX files; several are compared side by side')
    .addOption(new Option('--preset <name>', 'how thorough').choices(PRESETS).default('standard'))
    .option('-o, --output <file>', 'the HTML report (default: report.html in the run folder)')
    .option('--folder <dir>', 'the run folder: report, result and adversarial inputs', 'gibbon-report')
    .action((models: string[], flags: AuditFlags) => audit(models, flags, context));
  return withShared(command);
}

async function audit(models: readonly string[], flags: AuditFlags, context: CliContext): Promise<void> {
  const options = resolved(models, requestOf(flags));
  const report = resolve(flags.output ?? join(flags.folder, 'report.html'));
  const json = resolve(flags.json ?? join(flags.folder, 'result.json'));
  for (const path of [report, json, resolve(flags.folder, 'adversarial', 'probe')]) await assertWritable(path);
  const { result, error } = await runAudit({
    options: { ...options, preset: flags.preset, folder: resolve(flags.folder), threads: 1 },
    workers: flags.workers,
    audience: createProgressBar(),
    ...context,
  });
  if (result) {
    // The renderers are loaded when there is something to render, so that the first attack step comes sooner.
    const [{ renderHtml }, { renderTerminal }] = await Promise.all([import('../report/html.tsx'), import('../report/terminal.ts')]);
    await writeOutput(json, `${JSON.stringify(result, null, 1)}\n`);
    await writeOutput(report, renderHtml(result));
    const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    process.stdout.write(
      `${renderTerminal(result, { color, width: Math.min(process.stdout.columns ?? 80, 100) })}\n\nreport  file://${report}\n`,
    );
  }
  if (error) throw error;
}
