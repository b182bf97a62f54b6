import { afterAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../../../platform/log/log.ts';
import { createMapper, mappingFault } from './mapper.ts';

const mapper = createMapper(createLog('silent'));
afterAll(() => mapper.stop());
const sample = JSON.stringify({
  alerts: [
    { title: 'Disk', n: 1 },
    { title: 'Fan', n: 2 },
  ],
});

describe('A mapping', () => {
  it('makes of a payload what it says', async () => {
    expect(await mapper.map('alerts.{"summary": title, "dedupKey": $string(n)}', sample)).toEqual({
      ok: true,
      result: [
        { summary: 'Disk', dedupKey: '1' },
        { summary: 'Fan', dedupKey: '2' },
      ],
    });
  });

  it('that matches nothing makes nothing', async () => {
    expect(await mapper.map('incidents.{"summary": title}', sample)).toEqual({ ok: true, result: null });
  });

  it.each([
    ['a bracket that is not closed', 'alerts.{"summary": title', { line: 1, column: 24 }],
    ['a word too much in the third line', '{\n  "a": 1,\n  "b": 2 3\n}', { line: 3 }],
    ['nothing at all', '  ', { message: 'It is empty.' }],
    ['more than anybody writes', `"${'x'.repeat(20_000)}"`, { line: null }],
    ['brackets by the ten thousand', '('.repeat(15_000), {}],
  ])('says before it is used that it is wrong, and where: %s', (_name, expression, fault) => {
    expect(mappingFault(expression)).toMatchObject(fault);
  });

  it.each([
    ['a function that there is not', '$nothing(1)', { line: 1 }],
    ['text that is multiplied', '"a" * 2', { message: expect.stringContaining('number') }],
    ['a function that calls itself for ever', '($f := function($x) { 1 + $f($x) }; $f(1))', {}],
    ['a loop that never ends', '($f := function($x) { $f($x) }; $f(1))', {}],
    ['a range of a billion', '[1..1000000000]', {}],
    ['a text of a gigabyte', '$length($pad("", 1000000000, "abc"))', {}],
    ['a regular expression that tries for ever', '$match($join([1..40].("a")) & "!", /^(a+)+$/)', {}],
  ])('is stopped while it runs, with a reason: %s', async (_name, expression, fault) => {
    const mapped = await mapper.map(expression, sample);
    expect(mapped).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/\S/u), ...fault } });
  });

  it('goes on after one that was stopped', async () => {
    expect(await mapper.map('alerts[0].title', sample)).toEqual({ ok: true, result: 'Disk' });
  });

  it.each(['__proto__', 'constructor', '$eval("constructor.constructor(\'return process\')()")', 'alerts.constructor'])(
    'reaches nothing but the payload: %s',
    async (expression) => {
      const mapped = await mapper.map(expression, sample);
      expect(mapped.ok ? mapped.result : null).toBeNull();
    },
  );
});
