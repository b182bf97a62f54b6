import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { integrationKinds } from '../alert.ts';
import { makeableKinds } from './kinds.ts';
import { setUpLines } from './set-up-lines.ts';

/** What is pasted is complete, well-formed, and leads to this Leadline with this key. */
const base = 'https://leadline.example:7443';
const key = 'k0123456789abcdefghijklmnopqrstu';
const all = makeableKinds.flatMap((kind) =>
  setUpLines(kind, `${base}/`, key, null).map((line) => ({ kind, what: `${kind}: ${line.label}`, ...line })),
);

describe('the lines to paste', () => {
  it.each(makeableKinds)('of %s lead to the address and hold the key', (kind) => {
    const code = setUpLines(kind, base, key, 'leadline.example')
      .map((line) => line.code)
      .join('\n');
    expect(code).toContain('leadline.example');
    expect(code).toContain(key);
    expect(code).not.toMatch(/undefined|\[object|\/\/intake|example\/\/|7443\/\/v2/u);
  });

  it.each(all.filter(({ language }) => language === 'yaml'))('$what is YAML', ({ code }) => {
    expect(parse(code)).toBeTypeOf('object');
  });

  it.each(all.filter(({ language }) => language === 'json'))('$what is JSON', ({ code }) => {
    expect(JSON.parse(code)).toBeTypeOf('object');
  });

  it.each(all.filter(({ language, code }) => language === 'sh' && code.includes(' -d ')))(
    '$what posts JSON',
    ({ code }) => {
      const body = /-d '([^']*)'/u.exec(code)?.[1];
      expect(JSON.parse(body!)).toBeTypeOf('object');
    },
  );

  it('let Prometheus find the path below which Leadline stands behind a proxy', () => {
    const [first] = setUpLines('alertmanager', 'http://ops.example/leadline', key);
    expect(parse(first!.code).alerting.alertmanagers[0]).toEqual({
      scheme: 'http',
      path_prefix: '/leadline/alertmanager',
      authorization: { credentials: key },
      static_configs: [{ targets: ['ops.example'] }],
    });
  });

  it('say what is to be set first where no e-mail reaches Leadline', () => {
    expect(setUpLines('email', base, key, 'ops.example').map(({ code }) => code)).toEqual([
      `alerts+${key}@ops.example`,
    ]);
    expect(setUpLines('email', base, key)).toHaveLength(2);
  });

  it('exist for every kind that people make, and are not needed for Leadline’s own', () => {
    const withLines = integrationKinds.filter((kind) => setUpLines(kind, base, key).length > 0);
    expect(withLines).toEqual([...makeableKinds, 'api']);
  });
});
