/** `gibbon resume`: takes up a run that was stopped or killed. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { assertUnchanged } from '../api/gradients.ts';
import { assertNoLinks, readRecord, relocated } from '../api/run-folder.ts';
import { GibbonError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { checkedOutputs, gathered, OUTPUT_HELP } from './outputs.ts';
import { goOn } from './run.ts';
import { safe } from './safe.ts';

interface ResumeFlags {
  readonly json?: string;
  readonly output: readonly string[];
  readonly quiet?: boolean;
}

export function resumeCommand(context: CliContext): Command {
  return new Command('resume')
    .description('go on with an audit that was stopped or killed: what it has finished is not computed again')
    .argument('<folder>', 'the folder of the run (.gibbon/runs/…, or what --run said)')
    .option('--json <file>', 'write the result as JSON here, too; - for stdout')
    .option('-o, --output <file>', OUTPUT_HELP, gathered, [])
    .option('--quiet', 'the verdict and the gates only')
    .action(async (folder: string, { json, output, quiet }: ResumeFlags) => {
      const record = await readRecord(folder);
      await assertNoLinks(folder);
      const { run, outside } = relocated(record, resolve(folder));
      const to = json === undefined || json === '-' ? json : resolve(json);
      const asked = output.map((path) => resolve(path));
      await checkedOutputs(asked, to === '-' ? undefined : to);
      const paths = [...run.outputs.paths, ...asked];
      const missing = outside.filter((path) => path !== to && !asked.includes(path));
      if (missing.length > 0) process.stderr.write(`${safe(leftOut(missing))}\n`);
      enter(run.cwd);
      assertUnchanged(run.options.gradients ?? {}, run.command);
      const outputs = { ...run.outputs, paths, ...(to !== undefined && { json: to }) };
      await goOn({ ...run, outputs }, { context, fresh: false, quiet: quiet === true });
    });
}

/** A folder may come from anybody: what it asks for outside itself has to be asked for again. */
function leftOut(paths: readonly string[]): string {
  return `not written, since they lie outside the run's folder: ${paths.join(', ')} (name them again: --json FILE, -o FILE)`;
}

/** Paths of model and data are relative to where the run began. @throws GibbonError E_FILE_NOT_FOUND */
function enter(cwd: string): void {
  try {
    process.chdir(cwd);
  } catch (cause) {
    throw new GibbonError('E_FILE_NOT_FOUND', `the run began in ${cwd}, which cannot be entered`, {
      hint: 'Its paths of model and data are relative to that folder: make it again, or start the audit with its own command.',
      cause,
    });
  }
}
