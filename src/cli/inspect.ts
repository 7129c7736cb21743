/** `gibbon inspect`: what Gibbon sees in a model file, before any data. */
import { Command } from 'commander';
import { hire } from '../api/crew.ts';
import type { Inspection } from '../audit/inspect.ts';
import type { CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('show what Gibbon sees in a model: ports, operators, gradients, preprocessing')
    .argument('<model>', 'ONNX file')
    .option('--json', 'as JSON')
    .action(async (model: string, { json }: { json?: boolean }) => {
      const bar = createProgressBar();
      const crew = hire({ size: 1, signal: context.signal, audience: bar });
      try {
        const inspection = await crew.run<Inspection>('inspect', { model });
        process.stdout.write(json ? `${JSON.stringify(inspection, null, 1)}\n` : text(inspection));
      } finally {
        bar.done();
        await crew.close();
      }
    });
}

const mark = {
  gradient: 'gradient',
  'straight-through': 'gradient replaced (straight-through)',
  none: 'no gradient, not needed',
  missing: 'NO RULE',
} as const;

function text(i: Inspection): string {
  const port = ({ name, type, shape }: Inspection['input']): string => `${name}  ${type} [${shape.join(', ')}]`;
  const lines = [
    `${i.path}  ${(i.bytes / 1e6).toFixed(2)} MB, ${i.parameters.toLocaleString('en')} parameters, opset ${i.opset}`,
    `sha256   ${i.sha256}`,
    `input    ${port(i.input)}`,
    `output   ${port(i.output)}  (${i.head})`,
    `scale    ${i.scale}`,
    'operators',
    ...i.operators.map(
      ({ op, count, gradient, reason }) =>
        `  ${String(count).padStart(5)}  ${op.padEnd(24)} ${mark[gradient]}${reason ? `: ${reason}` : ''}`,
    ),
    i.missing.length === 0 ? 'gradient attacks: yes' : `gradient attacks: no (${i.missing.join(', ')}); attacks on labels still work`,
    `masked gradients: ${i.masked.length === 0 ? 'none' : i.masked.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
