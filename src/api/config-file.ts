/** Finds and loads the configuration of a project. It is code of the user's own: the folder of a model is never searched for one. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { GibbonError } from '../base/errors.ts';
import { configSchema, type ParsedConfig } from './config-schema.ts';
import { defineConfig } from './define-config.ts';
import { misfit } from './schema-error.ts';

export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `gibbon.config.${ending}`);

export interface LoadedConfig {
  readonly path: string;
  readonly config: ParsedConfig;
}

export interface Looking {
  readonly cwd: string;
  /** As the user gave it; false for none. */
  readonly named?: string | false | undefined;
  /** Models named on the command line. */
  readonly models: readonly string[];
  /** Told of what is used. */
  readonly note: (line: string) => void;
  /** Told of what is not, though it is there: its gates do not count. */
  readonly warn: (line: string) => void;
}

/** The configuration that counts here, if there is one. @throws GibbonError E_CONFIG, E_FILE_NOT_FOUND for one that was named */
export async function configFor({ cwd, named, models, note, warn }: Looking): Promise<LoadedConfig | undefined> {
  if (named === false) return undefined;
  const path = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (path === undefined) return undefined;
  const shown = relative(cwd, path);
  if (named === undefined && models.some((model) => isWithin(path, modelFolder(resolve(cwd, model))))) {
    warn(`${shown} lies in the model's folder and was not read, nor are its gates; --config ${shown} reads it`);
    return undefined;
  }
  if (named !== undefined && !existsSync(path)) {
    throw new GibbonError('E_FILE_NOT_FOUND', `there is no configuration ${named}`, { hint: '`gibbon init` writes one.' });
  }
  const config = parsed(await load(path), shown);
  note(`configuration: ${shown}`);
  return { path, config };
}

/** In this folder, else at the nearest root of a package above it. @throws GibbonError E_CONFIG where a folder has two */
function findConfig(cwd: string): string | undefined {
  const here = configIn(cwd);
  if (here !== undefined) return here;
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return configIn(at);
    if (dirname(at) === at) return undefined;
  }
}

function configIn(folder: string): string | undefined {
  const found = CONFIG_NAMES.filter((name) => existsSync(join(folder, name)));
  if (found.length > 1) {
    throw new GibbonError('E_CONFIG', `there are several configurations: ${found.join(', ')}`, {
      hint: 'Keep one of them, or name it with --config.',
    });
  }
  return found[0] === undefined ? undefined : join(folder, found[0]);
}

/** Where a model and what belongs to it lie: Hugging Face folders keep the file one level deeper. */
function modelFolder(model: string): string {
  if (statSync(model, { throwIfNoEntry: false })?.isDirectory()) return model;
  const folder = dirname(model);
  return basename(folder) === 'onnx' ? dirname(folder) : folder;
}

function isWithin(path: string, folder: string): boolean {
  const real = (one: string): string => (existsSync(one) ? realpathSync(one) : one);
  return `${real(path)}${sep}`.startsWith(`${real(folder)}${sep}`);
}

/** What the file exports. */
async function load(path: string): Promise<unknown> {
  const shown = basename(path);
  try {
    if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'));
    const { createJiti } = await import('jiti');
    // Under npx, and in projects that have not installed it, there is no package of this name to be found.
    const jiti = createJiti(path, {
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
      virtualModules: { gibbon: { defineConfig } },
    });
    const loaded = await jiti.import<object>(path);
    return 'default' in loaded ? loaded.default : undefined;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new GibbonError('E_CONFIG', `${shown} cannot be loaded: ${said}`, {
      hint: 'Correct the file, or go without it: --no-config.',
      cause,
    });
  }
}

function parsed(exported: unknown, shown: string): ParsedConfig {
  if (typeof exported !== 'object' || exported === null) {
    throw new GibbonError('E_CONFIG', `${shown} exports no configuration`, {
      hint: "Write: import { defineConfig } from 'gibbon'; export default defineConfig({ model: './model.onnx', data: './images' });",
    });
  }
  const checked = configSchema.safeParse(exported);
  if (checked.success) return checked.data;
  const { message, hint } = misfit(checked.error, configSchema, exported);
  throw new GibbonError('E_CONFIG', `${shown}: ${message}`, {
    hint: hint ?? 'docs/config.md shows what a configuration may say.',
    cause: checked.error,
  });
}
