/** What an audit is asked for: flags go before variables of the environment, these before the configuration, this before the defaults. */
import { Command, Option } from 'commander';
import { configFor } from '../api/config-file.ts';
import { layered, type Settings, settingsOf } from '../api/settings.ts';
import { PRESETS, type Preset } from '../audit/presets.ts';
import { type CheckFlags, checksOf, withChecks } from './audit-options.ts';
import { positive } from './numbers.ts';
import { gathered, OUTPUT_HELP } from './outputs.ts';
import { safe } from './safe.ts';
import { requestOf, type SharedFlags, withShared } from './shared-options.ts';
import { type ThreatFlags, threatOfFlags, withThreat } from './threat-options.ts';
import { flagsFromVariables, type Variables } from './variables.ts';

export interface SettingFlags extends SharedFlags, CheckFlags, ThreatFlags {
  preset?: Preset;
  output?: string[];
  run?: string;
  quiet?: boolean;
  /** A file, or false for none. */
  config?: string | false;
}

/** The flags of all commands that plan or run an audit. */
export function withSettings(command: Command): Command {
  const own = command
    .argument('[models...]', 'ONNX files, Hugging Face folders or addresses (https://…); several are compared side by side')
    .addOption(new Option('--preset <name>', 'how thorough (default: standard)').choices(PRESETS))
    .addOption(new Option('-o, --output <file>', OUTPUT_HELP).argParser(gathered))
    .option('--run <dir>', "the run's own folder: report, result, journal, adversarial inputs (default: .gibbon/runs/…)")
    .option('--quiet', 'the verdict and the gates only')
    .option('--config <file>', 'configuration (default: gibbon.config.ts, .mts, .js, .mjs or .json here or at the root of the package)')
    .option('--no-config', 'read no configuration');
  const attacker = withThreat(withShared(own)).addOption(
    new Option('--queries-per-example <count>', 'what an attacker without gradients may ask for each example').argParser(positive),
  );
  return withChecks(attacker);
}

export interface Asked {
  readonly models: readonly string[];
  readonly flags: SettingFlags;
  readonly variables?: Variables;
  readonly cwd?: string;
}

/** @throws GibbonError E_USAGE for variables, E_CONFIG for the configuration */
export async function settingsFor({ models, flags, variables = process.env, cwd = process.cwd() }: Asked): Promise<Settings> {
  const around = flagsFromVariables<SettingFlags>(() => withSettings(new Command('audit')), variables);
  const model = variables.GIBBON_MODEL;
  const said = layered(settingsIn(models, flags), settingsIn(model ? [model] : [], around));
  const quiet = said.quiet === true;
  const config = await configFor({
    cwd,
    named: flags.config ?? around.config,
    models: said.models ?? [],
    note: (line) => {
      if (!quiet) tell(line);
    },
    warn: tell,
  });
  return config === undefined ? said : layered(said, settingsOf(config, cwd));
}

function tell(line: string): void {
  process.stderr.write(`${safe(line)}\n`);
}

function settingsIn(models: readonly string[], flags: SettingFlags): Settings {
  const { preset, workers, run, output, json, quiet } = flags;
  return {
    models: models.length > 0 ? models : undefined,
    request: { ...requestOf(flags), ...checksOf(flags), ...threatOfFlags(flags) },
    preset,
    workers,
    run,
    output,
    json,
    quiet,
  };
}
