/** Flags that take a value, and --quiet, can be given as variables of the environment: GIBBON_MAX_QUERIES=1000 is --max-queries 1000. Flags win. */
import { type Command, CommanderError, type Option } from 'commander';
import { GibbonError } from '../base/errors.ts';

export const VARIABLES_HELP =
  '\nFlags that take a value, and --quiet, can be variables of the environment:\nGIBBON_MAX_QUERIES=1000; GIBBON_MODEL names the model. Flags go before variables, variables\nbefore the configuration (docs/config.md).';

/** Flags that are for one call. */
const NOT_KEPT: ReadonlySet<string> = new Set(['list', 'fresh', 'help', 'version']);
const OFF: ReadonlySet<string> = new Set(['', '0', 'false', 'no']);

export type Variables = Readonly<Record<string, string | undefined>>;

const variableOf = (option: Option): string =>
  `GIBBON_${option
    .attributeName()
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;

/** What the variables say, as flags of the command that `build` makes. @throws GibbonError E_USAGE naming the variable */
export function flagsFromVariables<F extends object>(build: () => Command, variables: Variables): Partial<F> {
  const all: Record<string, unknown> = {};
  for (const option of build().options) {
    const name = variableOf(option);
    const value = variables[name];
    if (value === undefined || value === '' || option.negate || NOT_KEPT.has(option.attributeName())) continue;
    const isSwitch = !option.required && !option.optional;
    if (isSwitch && OFF.has(value.toLowerCase())) continue;
    Object.assign(all, parsedAlone(build(), name, isSwitch ? [option.long as string] : [`${option.long}=${value}`]));
  }
  return all as Partial<F>;
}

function parsedAlone(command: Command, name: string, args: readonly string[]): object {
  const quiet = command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  quiet.action(() => {});
  try {
    quiet.parse(args, { from: 'user' });
    return quiet.opts();
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    const said = cause.message.replace(/^error: /, '').replace(/^option '.*?' argument '(.*?)' is invalid\.\s*/, '“$1” is not valid. ');
    throw new GibbonError('E_USAGE', `${name}: ${said}`, { hint: 'It is a variable of the environment; unset it, or correct it.', cause });
  }
}
