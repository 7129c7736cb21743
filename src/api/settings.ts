/** What flags, environment and configuration say of an audit, each in the same form, and how the one goes before the other. */
import { relative, resolve } from 'node:path';
import type { Preset } from '../audit/presets.ts';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec } from '../data/dataset.ts';
import { isAddress } from '../model/remote/endpoint.ts';
import type { ThreatInput } from '../threat/threat-model.ts';
import { layered as layeredThreat } from '../threat/threat-presets.ts';
import type { LoadedConfig } from './config-file.ts';
import type { ParsedConfig } from './config-schema.ts';
import type { AuditRequest } from './request.ts';

/** What is absent is said by the next layer. */
export interface Settings {
  readonly models?: readonly string[] | undefined;
  readonly request: AuditRequest;
  readonly preset?: Preset | undefined;
  readonly workers?: number | undefined;
  readonly run?: string | undefined;
  readonly output?: readonly string[] | undefined;
  readonly json?: string | undefined;
  readonly quiet?: boolean | undefined;
}

/** A configuration as settings; its paths become relative to where the command runs. @throws GibbonError E_CONFIG for what it says twice */
export function settingsOf({ config, path }: LoadedConfig, cwd: string): Settings {
  const place = placer(resolve(path, '..'), cwd);
  const { model, preset, workers, run, output, json, quiet } = config;
  return {
    models: model === undefined ? undefined : list(model).map((one) => (isAddress(one) ? one : place(one))),
    request: requestOf(config, place),
    preset,
    workers,
    run: placed(run, place),
    output: output === undefined ? undefined : list(output).map(place),
    json: placed(json, place),
    quiet,
  };
}

function requestOf(config: ParsedConfig, place: Place): AuditRequest {
  const { data, seed, n, first, batch, gates, seal, members, nonMembers } = config;
  const { norm, epsilon, immutable, threat } = capabilityOf(config);
  const { path, ...ofData } = data === undefined ? { path: undefined } : placedData(data, place);
  return {
    ...ofData,
    ...given({ data: path, threat, seed, n, first, batch, gates, seal, norm, epsilon }),
    ...given({
      preprocessing: preprocessingOf(config, immutable, place),
      budgets: config.budgets && given(config.budgets),
      gradients: gradientsOf(config, place),
      remote: config.remote && given(config.remote),
      checks: checksOf(config, place),
      baseline: placed(config.baseline, place),
      surrogate: placed(config.surrogate, place),
      members: members === undefined ? undefined : placedData(members, place),
      nonMembers: nonMembers === undefined ? undefined : placedData(nonMembers, place),
      groups: groupsOf(config, place),
    }),
  };
}

function gradientsOf({ gradients }: ParsedConfig, place: Place): AuditRequest['gradients'] {
  return (
    gradients &&
    given({ ...gradients, standIns: gradients.standIns?.map((one) => given({ ...one, file: placed(one.file, place) }) as typeof one) })
  );
}

type Place = (path: string) => string;

/** Below the folder of the command a path is told from there; elsewhere it is absolute. */
function placer(folder: string, cwd: string): Place {
  return (path) => {
    const absolute = resolve(folder, path);
    const near = relative(cwd, absolute);
    return near.startsWith('..') ? absolute : near || '.';
  };
}

const placed = (path: string | undefined, place: Place): string | undefined => (path === undefined ? undefined : place(path));
const list = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);

function placedData(data: NonNullable<ParsedConfig['data']>, place: Place): DataSpec {
  const { path, labels, classes, ...columns } = typeof data === 'string' ? { path: data } : data;
  return { path: place(path), ...given({ labels: placed(labels, place), classes: placed(classes, place) }), ...given(columns) };
}

/** What is there of an object. */
function given<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function capabilityOf({ threat, norm, epsilon, preprocessing }: ParsedConfig) {
  const parts: Exclude<ThreatInput, string> = typeof threat === 'string' ? { preset: threat } : (threat ?? {});
  const { norm: own, epsilon: size, immutable, ...capability } = parts.capability ?? {};
  const twice = [
    own !== undefined && norm !== undefined && 'norm',
    size !== undefined && epsilon !== undefined && 'epsilon',
    immutable !== undefined && preprocessing?.immutable !== undefined && 'immutable',
  ].find((name) => name !== false);
  if (twice !== undefined) {
    throw new GibbonError('E_CONFIG', `the configuration says ${twice} twice: by itself and in threat.capability`, {
      hint: 'Keep one of them.',
    });
  }
  return {
    norm: norm ?? own,
    epsilon: epsilon ?? size,
    immutable,
    threat: threat === undefined ? undefined : { ...parts, ...(parts.capability && { capability }) },
  };
}

function preprocessingOf({ preprocessing }: ParsedConfig, immutable: string[] | undefined, place: Place): AuditRequest['preprocessing'] {
  if (preprocessing === undefined && immutable === undefined) return undefined;
  return given({ ...preprocessing, tokenizer: placed(preprocessing?.tokenizer, place), immutable: immutable ?? preprocessing?.immutable });
}

/** Parameters of checks that are paths. */
const PATHS: Readonly<Record<string, readonly string[]>> = { transfer: ['data', 'labels'] };

function placedParams(id: string, params: Readonly<Record<string, unknown>>, place: Place): Record<string, unknown> {
  const isPath = (name: string, value: unknown): value is string => typeof value === 'string' && PATHS[id]?.includes(name) === true;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, isPath(name, value) ? place(value) : value]));
}

function checksOf({ checks = {}, only, skip = [] }: ParsedConfig, place: Place): AuditRequest['checks'] {
  const left = [...skip, ...Object.entries(checks).flatMap(([id, value]) => (value === false ? [id] : []))];
  const params = Object.fromEntries(
    Object.entries(checks).flatMap(([id, value]) =>
      typeof value === 'object' ? [[id, placedParams(id, value as Record<string, unknown>, place)]] : [],
    ),
  );
  const all = { ...(only && { only }), ...(left.length > 0 && { skip: left }), ...(Object.keys(params).length > 0 && { params }) };
  return Object.keys(all).length > 0 ? all : undefined;
}

function groupsOf({ groups }: ParsedConfig, place: Place): AuditRequest['groups'] {
  if (groups === undefined) return undefined;
  const { columns, file } = Array.isArray(groups) ? { columns: groups, file: undefined } : groups;
  return given({ columns, file: placed(file, place) });
}

/** `over` goes before `under`. What belongs together comes from one of them. */
export function layered(over: Settings, under: Settings): Settings {
  return { ...under, ...given(over), request: requests(over.request, under.request) };
}

function requests(over: AuditRequest, below: AuditRequest): AuditRequest {
  const under = fitting(over, below);
  const checks = mergedChecks(over.checks, under.checks);
  return {
    ...under,
    ...given(over),
    ...given({
      threat: layeredThreat(over.threat, under.threat),
      preprocessing: merged(over.preprocessing, under.preprocessing),
      budgets: merged(over.budgets, under.budgets),
      remote: merged(over.remote, under.remote),
      gates: merged(over.gates, under.gates),
      checks,
    }),
  };
}

const merged = <T extends object>(over: T | undefined, under: T | undefined): T | undefined =>
  over && under ? { ...under, ...over } : (over ?? under);

/** Without what would mean something else beside what goes before it. */
function fitting(over: AuditRequest, under: AuditRequest): AuditRequest {
  const out = new Set<keyof AuditRequest>();
  // Labels and columns are those of one file.
  if (over.data !== undefined && over.data !== under.data)
    for (const key of ['labels', 'classes', 'textColumn', 'labelColumn'] as const) out.add(key);
  if (over.n !== undefined || over.first !== undefined) for (const key of ['n', 'first'] as const) out.add(key);
  // A size in one norm means nothing in another.
  if (over.norm !== undefined && over.norm !== (under.norm ?? 'linf')) out.add('epsilon');
  return Object.fromEntries(Object.entries(under).filter(([key]) => !out.has(key as keyof AuditRequest)));
}

function mergedChecks(over: AuditRequest['checks'], under: AuditRequest['checks']): AuditRequest['checks'] {
  if (!over || !under) return over ?? under;
  const only = over.only ?? under.only;
  // Who names a check wants it, whatever was said before.
  const skip = [...(under.skip ?? []).filter((name) => !over.only?.includes(name)), ...(over.skip ?? [])];
  const ids = new Set([...Object.keys(under.params ?? {}), ...Object.keys(over.params ?? {})]);
  const params = Object.fromEntries([...ids].map((id) => [id, { ...under.params?.[id], ...over.params?.[id] }]));
  return { ...(only && { only }), ...(skip.length > 0 && { skip }), ...(ids.size > 0 && { params }) };
}
