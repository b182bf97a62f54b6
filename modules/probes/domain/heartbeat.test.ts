import { expect, it } from 'vitest';
import { pingLines, spanInWords, stateOf } from './heartbeat.ts';

const at = (time: string): Temporal.Instant => Temporal.Instant.from(`2026-11-23T${time}Z`);
const beat = { everySeconds: 600, graceSeconds: 60, lastPingAt: at('10:00:00'), missedSince: null };

it.each([
  ['before the first ping', { ...beat, lastPingAt: null }, '10:05:00', 'waiting'],
  ['within the beat', beat, '10:10:00', 'well'],
  ['within the grace', beat, '10:10:30', 'late'],
  ['beyond it, not told yet', beat, '10:20:00', 'late'],
  ['told', { ...beat, missedSince: at('10:11:00') }, '10:20:00', 'missed'],
] as const)('%s', (_, given, now, state) => expect(stateOf(given, at(now)).state).toBe(state));

it.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [90, '90 seconds'],
  [600, '10 minutes'],
  [86_400, '1 day'],
  [129_600, '36 hours'],
])('%s seconds are %s', (seconds, words) => expect(spanInWords(seconds)).toBe(words));

it('offers lines whose address a shell and systemd leave alone', () => {
  const [cron, shell, systemd] = pingLines('http://h/ping?token=ll_a%20b');
  expect(shell!.code).toBe("curl -fsS --retry 3 --max-time 10 -o /dev/null 'http://h/ping?token=ll_a%20b'");
  expect(cron!.code).toContain('&& curl');
  expect(systemd!.code).toContain('ll_a%%20b');
});
