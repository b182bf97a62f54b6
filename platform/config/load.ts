import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { FieldError } from '../../kernel/problem.ts';
import { Refusal } from '../../kernel/problem.ts';
import { settingsSchema, type Configuration, type Origin, type SettingName } from './settings.ts';

export interface ConfigurationSources {
  /** Values of flags by setting name, as text or true. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder in which `leadline.yaml` is looked for. */
  readonly folder: string;
  readonly isRoot?: boolean;
}

/** Names that the field uses for these two, read beside `LEADLINE_…`. */
const commonNames: Partial<Record<SettingName, string>> = {
  databaseUrl: 'DATABASE_URL',
  clickhouseUrl: 'CLICKHOUSE_URL',
};

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[];

/** `otlpHttpPort` → `LEADLINE_OTLP_HTTP_PORT`. */
export const environmentName = (name: SettingName): string =>
  `LEADLINE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** `otlpHttpPort` → `otlp-http-port`. */
export const flagName = (name: SettingName): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * The configuration in force: flags, then environment, then `leadline.yaml`, then defaults; each value with its origin.
 * Throws a Refusal `config.invalid` that names every wrong value, where it came from and what it may be.
 */
export const loadConfiguration = (sources: ConfigurationSources): Configuration => {
  const file = readFile(sources);
  const raw: Record<string, unknown> = {};
  const origins = {} as Record<SettingName, Origin>;
  for (const name of settingNames) {
    const found = lookUp(name, sources, file.values);
    raw[name] = found.value;
    origins[name] = found.origin;
  }
  raw['data'] ??= defaultDataFolder(sources);
  const parsed = settingsSchema.safeParse(raw);
  const unknownFlags = Object.keys(sources.flags)
    .filter((name) => !settingNames.includes(name as SettingName))
    .map((name) => ({ path: `--${flagName(name as SettingName)}`, message: 'there is no such setting' }));
  const errors = [
    ...unknownFlags,
    ...file.errors,
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => wrongValue(issue, origins))),
  ];
  if (parsed.success) errors.push(...contradictions(parsed.data));
  if (errors.length > 0 || !parsed.success) {
    throw new Refusal({
      status: 400,
      code: 'config.invalid',
      title: 'The configuration cannot be used',
      detail: errors.map((error) => `${error.path}: ${error.message}`).join('; '),
      errors,
    });
  }
  return { values: { ...parsed.data, data: resolve(sources.folder, parsed.data.data) }, origins };
};

const lookUp = (
  name: SettingName,
  sources: ConfigurationSources,
  file: Record<string, unknown>,
): { value: unknown; origin: Origin } => {
  if (sources.flags[name] !== undefined) return { value: sources.flags[name], origin: 'flag' };
  const common = commonNames[name];
  const text = sources.environment[environmentName(name)] ?? (common ? sources.environment[common] : undefined);
  if (text !== undefined && text !== '') return { value: text, origin: 'environment' };
  if (file[name] !== undefined) return { value: file[name], origin: 'file' };
  return { value: undefined, origin: 'default' };
};

const readFile = (sources: ConfigurationSources): { values: Record<string, unknown>; errors: FieldError[] } => {
  const named = sources.environment['LEADLINE_CONFIG'];
  const path = named ? resolve(sources.folder, named) : join(sources.folder, 'leadline.yaml');
  if (!existsSync(path)) {
    return { values: {}, errors: named ? [{ path: 'LEADLINE_CONFIG', message: `there is no file ${path}` }] : [] };
  }
  let document: unknown;
  try {
    document = parseYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    return { values: {}, errors: [{ path, message: error instanceof Error ? error.message : String(error) }] };
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { values: {}, errors: [{ path, message: 'write settings as `name: value` lines' }] };
  }
  const unknown = Object.keys(document).filter((key) => !settingNames.includes(key as SettingName));
  return {
    values: document as Record<string, unknown>,
    errors: unknown.map((key) => ({
      path: `${path} ${key}`,
      message: `no such setting; there are ${settingNames.join(', ')}`,
    })),
  };
};

/** `/var/lib/leadline` for root, else the user's data folder as the XDG base directory specification names it. */
const defaultDataFolder = (sources: ConfigurationSources): string => {
  if (sources.isRoot ?? process.getuid?.() === 0) return '/var/lib/leadline';
  return join(
    sources.environment['XDG_DATA_HOME'] || join(sources.environment['HOME'] || homedir(), '.local', 'share'),
    'leadline',
  );
};

const wrongValue = (
  issue: { path: PropertyKey[]; message: string },
  origins: Record<SettingName, Origin>,
): FieldError => {
  const name = String(issue.path[0]) as SettingName;
  const origin = origins[name];
  const spelling = origin === 'flag' ? `--${flagName(name)}` : origin === 'environment' ? environmentName(name) : name;
  return { path: spelling, message: issue.message };
};

const contradictions = (settings: {
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
  clickhouseCluster?: string | undefined;
  clickhouseUrl?: string | undefined;
}): FieldError[] => {
  const errors: FieldError[] = [];
  if (Boolean(settings.tlsCert) !== Boolean(settings.tlsKey))
    errors.push({ path: 'tlsCert, tlsKey', message: 'give both or neither' });
  if (settings.clickhouseCluster && !settings.clickhouseUrl)
    errors.push({ path: 'clickhouseCluster', message: 'a cluster needs clickhouseUrl' });
  return errors;
};
