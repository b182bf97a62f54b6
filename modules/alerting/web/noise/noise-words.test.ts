import { expect, it } from 'vitest';
import type { NoiseReport } from '../../contract/noise.ts';
import { hasBlank, noiseNumbers } from './noise-words.ts';

const report: NoiseReport = {
  from: '2026-10-24T00:00:00Z',
  to: '2026-11-23T00:00:00Z',
  alerts: 1_200,
  isCut: false,
  notified: 400,
  actedOn: 100,
  disturbances: 300,
  saved: 150,
  items: [],
};

it('says what was told, what was acted on and what would be saved, each with what it is a share of', () => {
  expect(noiseNumbers(report).map(({ label, value, note }) => [label, value, note])).toEqual([
    ['Alerts', '1\u202F200', '400 told'],
    ['Somebody acted', '100', '25 % of told'],
    ['Pages and messages', '300', undefined],
    ['Nobody would miss', '150', '50 % of them'],
  ]);
});

it('of nothing there is no share', () => {
  const none = noiseNumbers({ ...report, alerts: 0, notified: 0, actedOn: 0, disturbances: 0, saved: 0 });
  expect(none.map(({ note }) => note)).toEqual(['0 told', undefined, undefined, undefined]);
});

it('a document in which a person has to write a name is not put in force as it stands', () => {
  expect(hasBlank({ kind: 'Route', spec: { to: [{ team: 'TEAM' }] } })).toBe(true);
  expect(hasBlank({ kind: 'Route', spec: { to: [{ team: 'payments' }] } })).toBe(false);
});
