import { describe, expect, it } from 'vitest';
import type { CoverRequest } from '../../contract/cover-requests.ts';
import { inOrder, lengthText, mayDo, stretchText } from './cover-words.ts';

const day = { from: '2026-11-28T08:00:00Z', to: '2026-11-29T08:00:00Z' };
const aRequest = (more: Partial<CoverRequest>): CoverRequest => ({
  id: '019ac000-0000-7000-8000-000000000001',
  schedule: 'payments',
  person: 'ada',
  ...day,
  asked: null,
  inReturn: null,
  note: '',
  state: 'open',
  parts: [],
  open: [day],
  madeBy: 'ada',
  ...more,
});
const nobody = { me: 'cy', people: ['ada', 'bo'], mayAnswer: false, mayEdit: false };

describe('What may be done with a request', () => {
  it.each([
    ['of somebody else, by a stranger', {}, {}, ''],
    ['of somebody else, by one of the schedule', {}, { people: ['ada', 'cy'] }, 'take'],
    ['of somebody else, by a responder', {}, { mayAnswer: true }, 'take'],
    ['asked of me alone', { asked: 'cy' }, {}, 'take decline'],
    ['asked of another alone', { asked: 'bo' }, { people: ['ada', 'cy'], mayAnswer: true }, ''],
    ['of mine', { person: 'cy' }, { people: ['cy'] }, 'withdraw'],
    ['by an editor', { asked: 'bo' }, { mayEdit: true }, 'onBehalf withdraw'],
    ['that nothing is open of', { open: [], state: 'taken' as const }, { mayEdit: true, mayAnswer: true }, ''],
  ])('%s', (_, request, looking, expected) => {
    const may = mayDo(aRequest(request), { ...nobody, ...looking });
    const names = (Object.keys(may) as (keyof typeof may)[]).filter((name) => may[name]);
    expect(names.join(' ')).toBe(expected);
  });
});

it('What is asked of me stands first, what is settled last', () => {
  const requests = [
    aRequest({ id: 'settled', open: [] }),
    aRequest({ id: 'mine', person: 'cy' }),
    aRequest({ id: 'anybody' }),
    aRequest({ id: 'asked', asked: 'cy' }),
  ];
  expect(inOrder(requests, 'cy').map(({ id }) => id)).toEqual(['asked', 'anybody', 'mine', 'settled']);
});

it('Times are written on the clock that is looked at', () => {
  expect(stretchText(day, 'Europe/Berlin').replaceAll(',', '')).toBe('Sat 28 Nov 09:00 to Sun 29 Nov 09:00');
  expect(lengthText([day])).toBe('1 d');
  expect(lengthText([{ from: '2026-11-28T08:00:00Z', to: '2026-11-28T09:30:00Z' }])).toBe('1 h 30 min');
});
