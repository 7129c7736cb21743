/** `gibbon inspect`: what Gibbon sees in a model file, before any data. */
import { Command } from 'commander';
import { hire } from '../api/crew.ts';
import type { Inspection } from '../audit/inspect.ts';
import { GibbonError } from '../base/errors.ts';
import { isAddress } from '../model/remote/endpoint.ts';
import type { CliContext } from './context.ts';
import { inspectText } from './inspect-text.ts';
import { createProgressBar } from './progress-bar.ts';
import { safe } from './safe.ts';

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('show what Gibbon sees in a model: ports, operators, gradients, preprocessing')
    .argument('<model>', 'ONNX file or Hugging Face folder')
    .option('--json', 'as JSON')
    .action(async (model: string, { json }: { json?: boolean }) => {
      assertFile(model);
      const bar = createProgressBar();
      const crew = hire({ size: 1, signal: context.signal, audience: bar });
      try {
        const inspection = await crew.run<Inspection>('inspect', { model });
        process.stdout.write(json ? `${JSON.stringify(inspection, null, 1)}\n` : safe(inspectText(inspection)));
      } finally {
        bar.done();
        await crew.close();
      }
    });
}

/** @throws GibbonError E_USAGE */
function assertFile(model: string): void {
  if (!isAddress(model)) return;
  throw new GibbonError('E_USAGE', 'an endpoint has no file to look into', {
    hint: '`gibbon plan` asks it a few questions, and says what an audit would do.',
  });
}
