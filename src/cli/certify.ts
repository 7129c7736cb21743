/** `gibbon certify`: attacks examples, proves what it can of the rest, and reports both sides; the same JSON result as an audit. */
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { resolved } from '../api/request.ts';
import { usualFolder } from '../api/run-folder.ts';
import { CERTIFY_METHODS } from '../audit/certificates/order.ts';
import { GibbonError } from '../base/errors.ts';
import { certifyAgain } from './certify-again.ts';
import { certifyProperties } from './certify-properties.ts';
import type { CliContext } from './context.ts';
import { above0, positive } from './numbers.ts';
import { gathered, OUTPUT_HELP } from './outputs.ts';
import { beginRun } from './run.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';

interface CertifyFlags extends SharedFlags {
  property?: string;
  instances?: string;
  recheck?: string[];
  certificates?: boolean;
  radius?: boolean;
  method?: (typeof CERTIFY_METHODS)[number];
  budget?: number;
  sigma?: number;
  copies?: number;
  output?: string[];
  run?: string;
  fresh?: boolean;
  quiet?: boolean;
}

/** Examples, and seconds for each, where nothing else is said. */
const EXAMPLES = 30;
const BUDGET = 10;
/** No model is too large for somebody who asks for it. */
const ALL = 2 ** 31;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

const seconds = (text: string): number => {
  const [, number = '', unit = 's'] = /^([0-9.]+)\s*([smh]?)$/.exec(text.trim()) ?? [];
  const value = Number(number) * (UNITS[unit === '' ? 's' : unit] as number);
  if (number === '' || !(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('A time such as 60s or 5m, please.');
  return value;
};

export function certifyCommand(context: CliContext): Command {
  const command = new Command('certify')
    .description('prove that no change within epsilon turns the decision, example by example; without a model, of the pair that ships')
    .argument('[models...]', 'ONNX files or Hugging Face folders')
    .option('--radius', 'also search for the largest radius that can be certified, and the nearest point that fools the model')
    .addOption(
      new Option('--method <name>', 'how to prove (default: auto, from cheap bounds to branch and bound)').choices(CERTIFY_METHODS),
    )
    .addOption(new Option('--budget <time>', `for each example: 60s, 5m (default: ${BUDGET}s)`).argParser(seconds))
    .option('--property <file>', 'decide a property in VNN-LIB instead: sat with a counterexample, unsat, unknown or timeout')
    .option('--instances <file>', 'decide every property of such a list: a model, a property and seconds in each line')
    .option('--certificates', "keep each certificate in certificates/ of the run's folder")
    .option('--recheck <files...>', 'check such files again instead, without a search')
    .addOption(new Option('--sigma <number>', 'smoothing: standard deviation of the noise (default: 0.25)').argParser(above0))
    .addOption(new Option('--copies <count>', 'smoothing: noisy copies of each example (default: 10000)').argParser(positive))
    .addOption(new Option('-o, --output <file>', OUTPUT_HELP).argParser(gathered))
    .option('--run <dir>', "the run's own folder: report, result, journal, contradictions (default: .gibbon/runs/…-certify)")
    .option('--fresh', 'prove everything again, also what an earlier run in this folder has finished')
    .option('--quiet', 'the verdict only')
    .action((models: string[], flags: CertifyFlags) => certify(models, flags, context));
  return withShared(command);
}

async function certify(models: readonly string[], flags: CertifyFlags, context: CliContext): Promise<void> {
  if (flags.property !== undefined || flags.instances !== undefined) return certifyProperties(models, flags, context);
  if (flags.recheck !== undefined) return certifyAgain(models, flags.recheck, context);
  assertFits(flags);
  const { radius = false, method = 'auto', budget = BUDGET, sigma, copies, output = [] } = flags;
  const asked = requestOf(flags);
  const params = {
    method,
    budget,
    radius,
    attacks: true,
    keep: flags.certificates === true,
    examples: ALL,
    neurons: ALL,
    ...(sigma !== undefined && { sigma }),
    ...(copies !== undefined && { draws: copies }),
  };
  const options = resolved(models, {
    ...asked,
    ...(asked.n === undefined && asked.first === undefined && { n: EXAMPLES }),
    checks: { only: ['certified-robustness'], params: { 'certified-robustness': params } },
  });
  const folder = flags.run ?? `${usualFolder(options)}-certify`;
  const page = output.find((path) => path.endsWith('.html')) ?? join(folder, 'report.html');
  const json = flags.json ?? join(folder, 'result.json');
  await beginRun(
    {
      command: context.command,
      cwd: process.cwd(),
      startedAt: new Date().toISOString(),
      workers: flags.workers,
      options: { ...options, preset: 'standard', folder: resolve(folder), threads: 1 },
      outputs: { paths: [page, ...output].map((path) => resolve(path)), json: json === '-' ? '-' : resolve(json), page: resolve(page) },
    },
    { context, fresh: flags.fresh === true, quiet: flags.quiet === true },
  );
}

/** @throws GibbonError E_USAGE for flags that mean nothing together */
function assertFits({ method, norm = 'linf', sigma, copies }: CertifyFlags): void {
  if (method === 'smoothing' && norm !== 'l2')
    throw new GibbonError('E_USAGE', `smoothing certifies in L2, not in ${norm}`, {
      hint: 'Add --norm l2, and an --epsilon that makes sense there: for small pictures 0.25 to 1.',
    });
  if (method === 'sdp-crown' && norm !== 'l2')
    throw new GibbonError('E_USAGE', `sdp-crown is a method for L2, not for ${norm}`, {
      hint: 'Add --norm l2, or choose --method alpha-crown.',
    });
  if (norm === 'l0') throw new GibbonError('E_USAGE', 'there are no certificates in l0', { hint: 'Choose --norm linf, l2 or l1.' });
  if (method !== 'smoothing' && (sigma !== undefined || copies !== undefined))
    throw new GibbonError('E_USAGE', '--sigma and --copies belong to --method smoothing');
}
