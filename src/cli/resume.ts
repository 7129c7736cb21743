/** `gibbon resume`: takes up a run that was stopped or killed. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readRecord } from '../api/run-folder.ts';
import type { CliContext } from './context.ts';
import { goOn } from './run.ts';

export function resumeCommand(context: CliContext): Command {
  return new Command('resume')
    .description('go on with an audit that was stopped or killed: what it has finished is not computed again')
    .argument('<folder>', 'the folder of the run (.gibbon/runs/…, or what --run said)')
    .option('--json <file>', 'write the result as JSON here, too; - for stdout')
    .option('--quiet', 'the verdict and the gates only')
    .action(async (folder: string, { json, quiet }: { json?: string; quiet?: boolean }) => {
      const run = await readRecord(folder);
      const to = json === undefined || json === '-' ? json : resolve(json);
      // Paths of the run are relative to where it began; the folder itself may have been moved.
      const options = { ...run.options, folder: resolve(folder) };
      process.chdir(run.cwd);
      const outputs = { ...run.outputs, ...(to !== undefined && { json: to }) };
      await goOn({ ...run, options, outputs }, { context, fresh: false, quiet: quiet === true });
    });
}
