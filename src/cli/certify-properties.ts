/** `gibbon certify --property` and `--instances`: properties of models, decided in the words of the verification competitions. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import pc from 'picocolors';
import { hire, narrator } from '../api/crew.ts';
import type { PropertyOrder, PropertyReply } from '../audit/tasks/property.ts';
import { GibbonError } from '../base/errors.ts';
import { type Instance, readInstances } from '../certify/property/instances.ts';
import { resultText } from '../certify/property/result-text.ts';
import type { CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { safe } from './safe.ts';
import { assertWritable, writeOutput } from './write.ts';

export interface PropertyFlags {
  property?: string;
  instances?: string;
  budget?: number;
  seed?: number;
  workers?: number;
  json?: string;
}

/** Seconds for a single property, where nothing is said. */
const BUDGET = 60;

interface Row extends PropertyReply {
  readonly model: string;
  readonly property: string;
}

/** @throws GibbonError E_USAGE for a property without a model; what reading files throws */
export async function certifyProperties(models: readonly string[], flags: PropertyFlags, context: CliContext): Promise<void> {
  const orders = await ordersOf(models, flags);
  const json = flags.json === undefined || flags.json === '-' ? undefined : resolve(flags.json);
  if (json !== undefined) await assertWritable(json);
  const bar = createProgressBar();
  const reporter = narrator(bar);
  const crew = hire({ size: flags.workers, signal: context.signal, audience: bar });
  const rows: Row[] = [];
  try {
    reporter.phase('properties', orders.length);
    await Promise.all(
      orders.map(async (payload, i) => {
        const reply = await crew.run<PropertyReply>('single', { kind: 'property', payload });
        rows[i] = { model: payload.model, property: payload.property, ...reply };
        reporter.advance(1);
      }),
    );
  } finally {
    reporter.end();
    await crew.close();
    const done = rows.filter((row) => row !== undefined);
    if (json !== undefined && done.length > 0) await writeOutput(json, `${JSON.stringify(done, null, 1)}\n`);
  }
  if (flags.json === '-') process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else process.stdout.write(safe(flags.instances === undefined ? single(rows[0] as Row) : table(rows)));
}

async function ordersOf(models: readonly string[], { property, instances, budget, seed = 0 }: PropertyFlags): Promise<PropertyOrder[]> {
  if (instances !== undefined) {
    const folder = dirname(resolve(instances));
    const listed = readInstances(await readFile(instances, 'utf8').catch(() => missing(instances)), instances);
    return listed.map(({ onnx, vnnlib, timeout }: Instance) => ({
      model: resolve(folder, onnx),
      property: resolve(folder, vnnlib),
      budget: Math.min(timeout, budget ?? timeout),
      seed,
    }));
  }
  const [model, ...others] = models;
  if (property === undefined || model === undefined || others.length > 0)
    throw new GibbonError('E_USAGE', 'a property is decided of one model', {
      hint: 'gibbon certify model.onnx --property p.vnnlib; for many of them --instances instances.csv.',
    });
  return [{ model: resolve(model), property: resolve(property), budget: budget ?? BUDGET, seed }];
}

function missing(path: string): never {
  throw new GibbonError('E_FILE_NOT_FOUND', `there is no file ${path}`);
}

function single({ status, inputs = [], outputs = [], by, seconds }: Row): string {
  const text = status === 'sat' ? resultText({ status, inputs, outputs }) : resultText({ status });
  return `${text}${pc.dim(`${seconds.toFixed(1)} s, ${by}`)}\n`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ model, property, status, seconds, by }) =>
      `${status.padEnd(8)} ${seconds.toFixed(1).padStart(7)} s  ${model} ${property}  ${pc.dim(by)}`,
  );
  const count = (status: Row['status']): string => `${rows.filter((row) => row.status === status).length} ${status}`;
  return `${lines.join('\n')}\n\n${(['sat', 'unsat', 'unknown', 'timeout'] as const).map(count).join(', ')}\n`;
}
