import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from './load.ts';

const folderWith = (yaml?: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'leadline-config-'));
  if (yaml !== undefined) writeFileSync(join(folder, 'leadline.yaml'), yaml);
  return folder;
};

describe('a setting is taken from flags, then the environment, then leadline.yaml, then its default', () => {
  const folder = folderWith('port: 1001\notlpHttpPort: 1002\notlpGrpcPort: 1003\n');
  const configuration = loadConfiguration({
    flags: { port: '3001' },
    environment: {
      LEADLINE_PORT: '2001',
      LEADLINE_OTLP_HTTP_PORT: '2002',
      HOME: '/home/x',
      DATABASE_URL: 'postgres://elsewhere/x',
    },
    folder,
    isRoot: false,
  });
  it.each([
    ['port', 3001, 'flag'],
    ['otlpHttpPort', 2002, 'environment'],
    ['otlpGrpcPort', 1003, 'file'],
    ['host', '127.0.0.1', 'default'],
    ['databaseUrl', 'postgres://elsewhere/x', 'environment'],
    ['data', '/home/x/.local/share/leadline', 'default'],
  ] as const)('%s is %s from %s', (name, value, origin) => {
    expect(configuration.values[name]).toBe(value);
    expect(configuration.origins[name]).toBe(origin);
  });
});

describe('a configuration that cannot be used is refused with every reason at once', () => {
  it.each([
    ['a port out of range', { port: '70000' }, {}, undefined, /--port/],
    ['a flag that there is not', { prot: '1' }, {}, undefined, /--prot: there is no such setting/],
    ['words for a number', {}, { LEADLINE_SPANS_DAYS: 'many' }, undefined, /LEADLINE_SPANS_DAYS/],
    ['an unknown name in the file', {}, {}, 'prot: 1\n', /prot: no such setting/],
    ['a file that is not YAML', {}, {}, 'a: [1\n', /leadline\.yaml/],
    ['a certificate without its key', { tlsCert: 'c.pem' }, {}, undefined, /give both or neither/],
  ] as const)('%s', (_name, flags, environment, yaml, expected) => {
    expect(() => loadConfiguration({ flags, environment, folder: folderWith(yaml) })).toThrow(expected);
  });
});
