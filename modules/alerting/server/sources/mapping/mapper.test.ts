import { afterAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../../../platform/log/log.ts';
import { mappingLimits } from './map-request.ts';
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
    expect(await mapper.map('one', 'alerts.{"summary": title, "dedupKey": $string(n)}', sample)).toEqual({
      ok: true,
      result: [
        { summary: 'Disk', dedupKey: '1' },
        { summary: 'Fan', dedupKey: '2' },
      ],
    });
  });

  it('that matches nothing makes nothing', async () => {
    expect(await mapper.map('one', 'incidents.{"summary": title}', sample)).toEqual({ ok: true, result: null });
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
    const mapped = await mapper.map('one', expression, sample);
    expect(mapped).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/\S/u), ...fault } });
  });

  it('goes on after one that was stopped', async () => {
    expect(await mapper.map('one', 'alerts[0].title', sample)).toEqual({ ok: true, result: 'Disk' });
  });

  it.each(['__proto__', 'constructor', '$eval("constructor.constructor(\'return process\')()")', 'alerts.constructor'])(
    'reaches nothing but the payload: %s',
    async (expression) => {
      const mapped = await mapper.map('one', expression, sample);
      expect(mapped.ok ? mapped.result : null).toBeNull();
    },
  );
});

describe('Whose mapping runs to its limit', () => {
  const forEver = '($f := function($x) { $f($x) }; $f(1))';

  it('lets others have their turn, and then keeps only those like it waiting', async () => {
    const own = createMapper(createLog('silent'));
    const ended: string[] = [];
    const run = (owner: string, name: string, expression: string) =>
      own.map(owner, expression, '{}').then((mapped) => ended.push(`${name} ${mapped.ok}`));
    const first = run('slow', 'first', forEver);
    const second = run('slow', 'second', forEver);
    const other = run('quick', 'other', '1');
    await Promise.all([first, other]);
    expect(ended).toEqual(['first false', 'other true']);
    // Known as slow: what comes now goes to a thread of its own.
    const third = run('slow', 'third', forEver);
    await second;
    await run('quick', 'another', '2');
    expect(ended.at(-1)).toBe('another true');
    await own.stop();
    await third;
    expect(ended).toHaveLength(5);
  });

  it('has only so many of them wait, and nobody else is told to come again for it', async () => {
    const own = createMapper(createLog('silent'));
    const waiting = Array.from({ length: mappingLimits.waitingEach + 1 }, () => own.map('greedy', forEver, '{}'));
    await expect(own.map('greedy', '1', '{}')).rejects.toMatchObject({ problem: { status: 429 } });
    const other = own.map('other', '1', '{}');
    await own.stop();
    expect((await Promise.all(waiting)).every(({ ok }) => !ok)).toBe(true);
    expect(await other).toMatchObject({ ok: false, fault: { message: 'Leadline is stopping.' } });
  });
});
