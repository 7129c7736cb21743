/** `gibbon plan`: what an audit would do, what it may cost, and why the rest is left out; a look at model and data, and no attack. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { hire } from '../api/crew.ts';
import { resolved } from '../api/request.ts';
import { looked, specOf } from '../audit/look.ts';
import type { Prepared } from '../audit/subject.ts';
import { type WholePlan, wholePlan } from '../audit/whole-plan.ts';
import type { CliContext } from './context.ts';
import { planText } from './plan-text.ts';
import { createProgressBar } from './progress-bar.ts';
import { safe } from './safe.ts';
import { type SettingFlags, settingsFor, withSettings } from './settings.ts';
import { VARIABLES_HELP } from './variables.ts';
import { writeOutput } from './write.ts';

export function planCommand(context: CliContext): Command {
  return withSettings(new Command('plan'))
    .description('show which checks and attacks an audit would run, what they may cost, and why the others are left out; attacks nothing')
    .addHelpText('after', VARIABLES_HELP)
    .action((models: string[], flags: SettingFlags) => plan(models, flags, context));
}

async function plan(given: readonly string[], flags: SettingFlags, { signal }: CliContext): Promise<void> {
  const { models = [], request, preset = 'standard', json } = await settingsFor({ models: given, flags });
  const options = { ...resolved(models, request), preset, threads: 1 };
  const bar = createProgressBar();
  const crew = hire({ size: 1, signal, audience: bar });
  const plans: WholePlan[] = [];
  try {
    for (const model of options.models) {
      const spec = specOf(options, model);
      const prepared = await crew.run<Prepared>('prepare', { ...spec, groups: options.groups });
      plans.push(wholePlan(looked(options, { model, spec, prepared })));
    }
  } finally {
    bar.done();
    await crew.close();
  }
  const text = `${JSON.stringify(plans, null, 1)}\n`;
  if (json === '-') process.stdout.write(text);
  else process.stdout.write(`${safe(plans.map((one) => planText(one)).join('\n\n'))}\n`);
  if (json !== undefined && json !== '-') await writeOutput(resolve(json), text);
}
