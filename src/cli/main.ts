/** The command line: parses, dispatches, and turns errors into messages and exit codes. The only place that ends the process. */
import { Command, CommanderError } from 'commander';
import { version } from '../api/version.ts';
import { toGibbonError } from '../base/errors.ts';
import { attackCommand } from './attack.ts';
import { auditCommand } from './audit.ts';
import { certifyCommand } from './certify.ts';
import { composeCommand } from './compose.ts';
import { diffCommand } from './diff.ts';
import { initCommand } from './init.ts';
import { inspectCommand } from './inspect.ts';
import { listCommand } from './list.ts';
import { planCommand } from './plan.ts';
import { resumeCommand } from './resume.ts';
import { tellError } from './tell-error.ts';

/** Ctrl-C once stops cleanly and keeps what is there; twice ends at once. */
function interruption(): AbortController {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  });
  return controller;
}

function program(signal: AbortSignal): Command {
  const root = new Command('gibbon')
    .description('How does my ML model break, how sure is that, and what do I do about it?')
    .version(version)
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const context = { signal, command: `gibbon ${process.argv.slice(2).join(' ')}`.trim() };
  const commands = [
    initCommand,
    auditCommand,
    planCommand,
    resumeCommand,
    diffCommand,
    attackCommand,
    certifyCommand,
    inspectCommand,
    composeCommand,
    listCommand,
  ];
  for (const add of commands) root.addCommand(add(context).exitOverride());
  return root;
}

// Whoever reads our output may stop reading (`| head`): no reason to fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program(interruption().signal).parseAsync(process.argv);
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  else {
    const error = toGibbonError(thrown);
    tellError(error);
    process.exitCode = error.exitCode;
  }
}
