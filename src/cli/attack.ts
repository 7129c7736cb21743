/** `gibbon attack <id>`: one attack with its own parameters as flags; the same JSON result as an audit. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type * as z from 'zod';
import { resolved } from '../api/request.ts';
import { runAudit } from '../api/run-audit.ts';
import type { Attack } from '../attacks/attack.ts';
import { ATTACKS } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { hasColor } from './environment.ts';
import { checkedOutputs, gathered, OUTPUT_HELP, writeOutputs } from './outputs.ts';
import { createProgressBar } from './progress-bar.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';
import { assertWritable } from './write.ts';

interface AttackFlags extends SharedFlags {
  surrogate?: string;
  output?: string[];
  folder?: string;
  [parameter: string]: unknown;
}

export function attackCommand(context: CliContext): Command {
  const command = new Command('attack').description('run a single attack; see `gibbon list` for their names');
  for (const unit of ATTACKS) command.addCommand(one(unit, context).exitOverride());
  // Without an action of its own, commander would answer an unknown name with the whole help text.
  return command.argument('[attack]').action((name: string | undefined) => {
    throw new GibbonError('E_USAGE', name === undefined ? 'which attack?' : `there is no attack ${name}`, {
      hint: `\`gibbon list\` shows them: ${ATTACKS.map(({ id }) => id).join(', ')}.`,
    });
  });
}

function one(unit: Attack, context: CliContext): Command {
  const command = new Command(unit.id)
    .description(`${unit.name} (${unit.paper}). ${unit.summary}`)
    .argument('[models...]', 'ONNX files, Hugging Face folders or addresses (https://…)')
    .addOption(new Option('-o, --output <file>', OUTPUT_HELP).argParser(gathered))
    .option('--folder <dir>', 'keep the adversarial inputs here')
    .action((models: string[], flags: AttackFlags) => attack(unit, models, flags, context));
  if (unit.takesTeacher) command.option('--surrogate <model>', 'the ONNX model that the attacked one was fine-tuned from');
  for (const option of parameterOptions(unit)) command.addOption(option);
  return withShared(command);
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A flag for every parameter: booleans that are on by default become --no-…. */
function parameterOptions(unit: Attack): Option[] {
  return Object.entries(unit.params.shape).map(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(undefined);
    const fallback = parsed.success ? parsed.data : undefined;
    const about = (schema as z.ZodType).description ?? '';
    if (fallback === true) return new Option(`--no-${kebab(name)}`, `do not ${about}`);
    if (fallback === false) return new Option(`--${kebab(name)}`, about);
    return new Option(`--${kebab(name)} <value>`, fallback === undefined ? about : `${about} (default: ${String(fallback)})`);
  });
}

/** A number or a fraction (2/255) as a number, anything else as it is. */
function numberIn(text: string): number | string {
  const [top, bottom = '1', ...rest] = text.split('/');
  const value = rest.length === 0 && top?.trim() && bottom.trim() ? Number(top) / Number(bottom) : Number.NaN;
  return Number.isFinite(value) ? value : text;
}

/** Parameters as the attack's own schema reads them. @throws GibbonError E_USAGE naming the flag */
function parametersOf(unit: Attack, flags: AttackFlags): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(unit.params.shape)) {
    const value = flags[name];
    if (value === undefined) continue;
    given[name] = typeof value === 'string' ? numberIn(value) : value;
  }
  const parsed = unit.params.safeParse(given);
  if (parsed.success) return given;
  const [issue] = parsed.error.issues;
  throw new GibbonError('E_USAGE', `--${kebab(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'not valid'}`, {
    hint: `See \`gibbon attack ${unit.id} --help\`.`,
  });
}

async function attack(unit: Attack, models: readonly string[], flags: AttackFlags, context: CliContext): Promise<void> {
  const params = parametersOf(unit, flags);
  if (unit.takesTeacher && flags.surrogate === undefined)
    throw new GibbonError('E_USAGE', `${unit.name} needs the network that the model was fine-tuned from`, {
      hint: 'Give its ONNX file with --surrogate.',
    });
  const options = resolved(models, { ...requestOf(flags), surrogate: flags.surrogate });
  // Text has one measure only, and is known by its model.
  if (!unit.norms.includes(options.norm) && !unit.norms.includes('edits'))
    throw new GibbonError('E_USAGE', `${unit.name} has no ${options.norm} form`, { hint: `It knows ${unit.norms.join(', ')}.` });
  const folder = flags.folder ?? (flags.output === undefined ? undefined : 'gibbon-report');
  const outputs = await checkedOutputs(flags.output ?? [], flags.json === '-' ? undefined : flags.json);
  if (folder !== undefined) await assertWritable(resolve(folder, 'adversarial', 'probe'));
  const { result, error } = await runAudit({
    options: {
      ...options,
      preset: 'standard',
      only: { id: unit.id, params },
      folder: folder === undefined ? undefined : resolve(folder),
      threads: 1,
    },
    workers: flags.workers,
    audience: createProgressBar(),
    ...context,
  });
  if (result) {
    const { renderTerminal } = await import('../report/terminal.ts');
    await writeOutputs(result, outputs);
    if (flags.json === '-') process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    else {
      process.stdout.write(`${renderTerminal(result, { color: hasColor(process.stdout) })}\n`);
      for (const path of outputs.paths) process.stdout.write(`\nwritten  file://${path}\n`);
    }
  }
  if (error) throw error;
}
