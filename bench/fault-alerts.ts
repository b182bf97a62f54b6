import { parseArgs } from 'node:util';
import { killWhileAlerting } from './fault-alerts-run.ts';

/**
 * npm run fault:alerts [-- --kills 100 --rate 6 --minutes 60]: SIGKILLs of server, PostgreSQL and all of Leadline while batches of alerts
 * come in, are judged, told to a person and to a webhook, and end. What the sender has an answer for must be there, decided once a
 * receiver, paged once; the receivers' own log says what came, under how many keys.
 */
const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    rate: { type: 'string', default: '6' },
    minutes: { type: 'string', default: '60' },
  },
});
const wanted = Number(given.kills);
let failed = false;
const line = (well: boolean, text: string): void => {
  failed ||= !well;
  process.stdout.write(`${well ? '✓' : '✗'} ${text}\n`);
};
const startedMs = performance.now();
const report = await killWhileAlerting(wanted, Number(given.rate), Number(given.minutes));
const behindTargetMs = 10_000;
const seconds = (times: readonly number[], place: number): string => {
  const sorted = times.toSorted((one, other) => one - other);
  return `${((sorted[Math.min(sorted.length - 1, Math.floor(place * sorted.length))] ?? 0) / 1_000).toFixed(1)} s`;
};
const spread = (times: readonly number[]): string =>
  `p50 ${seconds(times, 0.5)}, p99 ${seconds(times, 0.99)}, most ${seconds(times, 1)}`;

process.stdout.write('\nWhere the kills struck (several at once for most):\n');
for (const [place, times] of Object.entries(report.struck).toSorted(([, one], [, other]) => other - one))
  process.stdout.write(`  ${place.padEnd(46)} ${String(times).padStart(4)}\n`);
process.stdout.write(
  `  killed: ${Object.entries(report.by)
    .map(([victim, times]) => `${victim} ${times}`)
    .join(', ')}\n\n`,
);
const { batches } = report;
const alerts = batches.reduce((sum, { size }) => sum + size, 0);
line(report.kills >= wanted, `${report.kills} kills (wanted ${wanted})`);
line(
  report.inFlight >= report.kills * 0.8,
  `${report.inFlight} of them with something in flight (target four of five, ${Math.ceil(report.kills * 0.8)})`,
);
line(
  report.wrongs.length === 0,
  `${alerts} alerts in ${batches.length} batches, ${batches.filter(({ resolvedMs }) => resolvedMs !== null).length} of them ended; ${report.sends} calls came, ${report.repeats} of them repeats under the same key; ${report.wrongs.length} lost, doubled or undecided (target 0)`,
);
process.stdout.write(`  ${report.inParts.length} batches came to the route in parts, each part with news\n`);
for (const parts of report.inParts.slice(0, 10)) process.stdout.write(`    ${parts}\n`);
for (const wrong of report.wrongs.slice(0, 30)) process.stdout.write(`    ${wrong}\n`);
line(
  report.behindMs.every((ms) => ms <= behindTargetMs),
  `first call behind the restart: ${spread(report.behindMs)} (target 10 s)`,
);
process.stdout.write(`  from a kill of the server until it is ready again: ${spread(report.readyMs)}\n`);
process.stdout.write(
  `  from a kill to the first call about alerts that were sent after it: ${spread(report.againMs)}\n`,
);
process.stdout.write(`  ${((performance.now() - startedMs) / 1_000).toFixed(0)} s in all\n`);
process.exit(failed ? 1 : 0);
