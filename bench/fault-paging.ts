import { parseArgs } from 'node:util';
import { killWhilePaging } from './fault-paging-run.ts';

/**
 * npm run fault:paging [-- --kills 200 --rate 4 --minutes 60 | --quick]: SIGKILLs of server, auditor and PostgreSQL at random
 * moments while pages are raised, escalate and are answered. A model of a few lines says which sends are owed; the receivers' own
 * logs say what came. It ends sooner, and says so, when `--minutes` are over.
 */
const { values: given } = parseArgs({
  options: {
    kills: { type: 'string' },
    rate: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
  },
});
const wanted = Number(given.kills ?? (given.quick ? 20 : 200));
const startedMs = performance.now();
let failed = false;
const line = (well: boolean, text: string): void => {
  failed ||= !well;
  process.stdout.write(`${well ? '✓' : '✗'} ${text}\n`);
};
const report = await killWhilePaging(wanted, Number(given.rate), Number(given.minutes));
const { kills, pages, afterAnswer, wrongs } = report;
const count = kills.againMs.length;
const sorted = kills.againMs.toSorted((one, other) => one - other);
const seconds = (place: number): string =>
  `${((sorted[Math.min(sorted.length - 1, Math.floor(place * sorted.length))] ?? 0) / 1_000).toFixed(1)} s`;

process.stdout.write('\nWhere the kills struck (several at once for most):\n');
for (const [place, times] of Object.entries(kills.struck).toSorted(([, one], [, other]) => other - one))
  process.stdout.write(
    `  ${place.padEnd(46)} ${String(times).padStart(4)} ${'█'.repeat(Math.ceil((times / count) * 40))}\n`,
  );
process.stdout.write(
  `  killed: ${Object.entries(kills.by)
    .map(([victim, times]) => `${victim} ${times}`)
    .join(', ')}\n\n`,
);
line(count >= wanted, `${count} kills (wanted ${wanted})`);
line(
  kills.inFlight >= count * 0.8,
  `${kills.inFlight} of them with sends in flight (target four of five, ${Math.ceil(count * 0.8)})`,
);
line(
  wrongs.length === 0,
  `${pages.length} pages, ${report.answered} of them answered; ${report.owed} sends owed for certain, ${report.sends} came, ${report.repeats} of them repeats under the same key; ${wrongs.length} lost, doubled, too soon or too late (target 0)`,
);
for (const wrong of wrongs.slice(0, 30)) process.stdout.write(`    ${wrong}\n`);
line(
  true,
  `${afterAnswer.count} sends that were in flight came after an answer was accepted, the latest ${afterAnswer.latestMs} ms after it`,
);
process.stdout.write(
  `  from a kill to the first send of a page that was raised after it: p50 ${seconds(0.5)}, p99 ${seconds(0.99)}, most ${seconds(1)}\n`,
);
process.stdout.write(`  ${((performance.now() - startedMs) / 1_000).toFixed(0)} s in all\n`);
process.exit(failed ? 1 : 0);
