/** The files that a run writes: their forms follow from their names. */
import { resolve } from 'node:path';
import type { AuditResult } from '../audit/result.ts';
import { FORMATS, formatOf } from '../report/formats/formats.ts';
import { assertWritable, writeOutput } from './write.ts';

/** What `-o` says in the help. */
export const OUTPUT_HELP = `write the result in this form, too; may be repeated (${FORMATS.map(({ ending }) => ending).join(', ')})`;

/** Gathers a flag that may be repeated. */
export const gathered = (path: string, before: readonly string[] = []): string[] => [...before, path];

export interface Outputs {
  /** Absolute paths; each file's form is the end of its name. */
  readonly paths: readonly string[];
  /** The JSON result, whatever its file is called. */
  readonly json: string | undefined;
}

/** Fails before the work rather than after it. @throws GibbonError E_USAGE for a form that is not known, E_OUTPUT_UNWRITABLE */
export async function checkedOutputs(paths: readonly string[], json: string | undefined): Promise<Outputs> {
  const outputs = { paths: [...new Set(paths.map((path) => resolve(path)))], json: json === undefined ? undefined : resolve(json) };
  for (const path of outputs.paths) formatOf(path);
  for (const path of [...outputs.paths, ...(outputs.json === undefined ? [] : [outputs.json])]) await assertWritable(path);
  return outputs;
}

export async function writeOutputs(result: AuditResult, { paths, json }: Outputs): Promise<void> {
  // The JSON comes first: everything else can be made from it.
  if (json !== undefined) await writeOutput(json, `${JSON.stringify(result, null, 1)}\n`);
  for (const path of paths) {
    const render = await formatOf(path).load();
    await writeOutput(path, render(result));
  }
}
