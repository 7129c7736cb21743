/** `gibbon diff`: two results side by side, with what their samples show. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { readResult } from '../api/read-result.ts';
import { diffResults, type ResultDiff } from '../audit/compare/diff.ts';
import { GibbonError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { hasColor } from './environment.ts';
import { gathered } from './outputs.ts';
import { assertWritable, writeOutput } from './write.ts';

/** Loaded when there is something to render. */
const FORMS: Readonly<Record<string, () => Promise<(diff: ResultDiff) => string>>> = {
  '.md': async () => (await import('../report/diff/diff-markdown.ts')).renderDiffMarkdown,
  '.html': async () => (await import('../report/diff/diff-html.tsx')).renderDiffHtml,
  '.json': async () => asJson,
};

const asJson = (diff: ResultDiff): string => `${JSON.stringify(diff, null, 1)}\n`;

export function diffCommand(_: CliContext): Command {
  return new Command('diff')
    .description('compare two results: what changed between them, and what of it the samples show')
    .argument('<before>', 'result.json of the earlier audit')
    .argument('<after>', 'result.json of the later one')
    .option('--json', 'as JSON on stdout')
    .addOption(
      new Option('-o, --output <file>', `write it in this form, too; may be repeated (${Object.keys(FORMS).join(', ')})`).argParser(
        gathered,
      ),
    )
    .action(diff);
}

async function diff(before: string, after: string, { json, output = [] }: { json?: boolean; output?: string[] }): Promise<void> {
  const outputs = output.map((path) => ({ path: resolve(path), form: formOf(path) }));
  for (const { path } of outputs) await assertWritable(path);
  const found = diffResults(await readResult(before), await readResult(after));
  for (const { path, form } of outputs) await writeOutput(path, (await form())(found));
  if (json) {
    process.stdout.write(asJson(found));
    return;
  }
  const { renderDiffTerminal } = await import('../report/diff/diff-terminal.ts');
  const width = Math.min(process.stdout.columns ?? 80, 100);
  process.stdout.write(`${renderDiffTerminal(found, { color: hasColor(process.stdout), width })}\n`);
  for (const { path } of outputs) process.stdout.write(`\nwritten  file://${path}\n`);
}

/** @throws GibbonError E_USAGE for another ending */
function formOf(path: string): () => Promise<(diff: ResultDiff) => string> {
  const form = Object.entries(FORMS).find(([ending]) => path.toLowerCase().endsWith(ending))?.[1];
  if (form) return form;
  throw new GibbonError('E_USAGE', `in which form should ${path} be written?`, {
    hint: `The end of its name says: ${Object.keys(FORMS).join(', ')}.`,
  });
}
