import { expect, it } from 'vitest';
import { ruleText } from './silence-words.ts';

it.each([
  ['FREQ=DAILY', 'every day'],
  ['FREQ=WEEKLY;BYDAY=WE,SU', 'every Wednesday, Sunday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU', 'every day'],
  ['FREQ=MONTHLY;BYMONTHDAY=1', 'the 1st of every month'],
  ['FREQ=MONTHLY;BYMONTHDAY=12', 'the 12th of every month'],
  ['FREQ=MONTHLY;BYMONTHDAY=22', 'the 22nd of every month'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'the last day of every month'],
  ['FREQ=MONTHLY;BYDAY=2TU', 'the second Tuesday of every month'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'the last Friday of every month'],
])('the usual rules are said as people say them: %s', (rule, said) => expect(ruleText(rule)).toBe(said));

it.each([
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU',
  'FREQ=MONTHLY;BYDAY=MO,2TU',
  'FREQ=MONTHLY;BYMONTHDAY=1,15',
  'FREQ=WEEKLY',
  'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24',
])('all others stand as they are: %s', (rule) => expect(ruleText(rule)).toBe(rule));
