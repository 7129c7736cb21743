/** For tests: Node 20 cannot run TypeScript, so what worker processes need is compiled to a temporary folder. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['base', 'queue', 'queue/testing'];

/** Compiles the rooms base and queue, and returns the folder; the caller removes it. */
export function compileQueue(): { folder: string; url: (path: string) => URL } {
  const folder = mkdtempSync(join(tmpdir(), 'gibbon-queue-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const room of FOLDERS) for (const file of readdirSync(join(SOURCE, room))) if (isSource(file)) compile(folder, join(room, file));
  return { folder, url: (path) => pathToFileURL(join(folder, path)) };
}

function isSource(file: string): boolean {
  return file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'compile.ts';
}

function compile(folder: string, file: string): void {
  const { outputText } = ts.transpileModule(readFileSync(join(SOURCE, file), 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  const target = join(folder, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}
