import { expect, it } from 'vitest';
import { csvOf, hoursText, loadBars, type PersonLoad } from './load-words.ts';

const aLoad = (given: Partial<PersonLoad> = {}): PersonLoad => ({
  person: 'ada',
  zone: 'Europe/Berlin',
  shifts: 2,
  hoursOnCall: 100,
  hoursOrdinary: 50,
  hoursNight: 30,
  hoursWeekend: 20,
  weekends: 1,
  interrupts: 3,
  interruptsHigh: 2,
  pagesAtNight: 1,
  pagesOnWeekends: 0,
  hoursAwake: 0.02,
  ...given,
});

it('bars are parts of the most loaded person, who stands first; who had none is not drawn', () => {
  const bars = loadBars([
    aLoad(),
    aLoad({ person: 'grace', hoursOnCall: 200 }),
    aLoad({ person: 'idle', hoursOnCall: 0 }),
  ]);
  expect(bars.map(({ person }) => person)).toEqual(['grace', 'ada']);
  expect(bars[1]).toMatchObject({ ordinary: 0.25, night: 0.15, weekend: 0.1, total: 100 });
});

it('some hours are never none', () => {
  expect([0, 0.02, 4.5, 12.4].map(hoursText)).toEqual(['0\u202fh', '< 0.1\u202fh', '4.5\u202fh', '12\u202fh']);
});

it('the sheet keeps commas and quotes, and computes nothing in a spreadsheet', () => {
  const [head, line] = csvOf([aLoad({ person: '=cmd("x"),1' })]).split('\r\n');
  expect(head).toMatch(/^person,zone,shifts,hoursOnCall/);
  expect(line).toMatch(/^"'=cmd\(""x""\),1",Europe\/Berlin,2,100/);
});
