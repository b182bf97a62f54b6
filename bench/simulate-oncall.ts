import { parseArgs } from 'node:util';
import { simulate } from './simulate-oncall-run.ts';

/**
 * npm run simulate:oncall [-- --years 1000 --seed 1]: on-call years with moved time, edits, overrides, pages and faults, through the
 * product's own commands and engine on a real PostgreSQL. A seed that fails is printed; `--seed` with its `--years` plays it again.
 */
const { values: given } = parseArgs({
  options: { years: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
/** One world a part, so that a failing seed is short to play again. */
const partYears = 50;
const [years, seed] = [Number(given.years), Number(given.seed)];
const startedMs = performance.now();
const faults: Record<string, number> = {};
const sum = { years: 0, steps: 0, pages: 0, arrivals: 0, samples: 0, gaps: 0 };
const zones = new Set<string>();
let failed = false;
for (let part = 0; part * partYears < years && !failed; part += 1) {
  const length = Math.min(partYears, years - part * partYears);
  const report = await simulate(length, seed + part);
  for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += report[name];
  for (const [name, count] of Object.entries(report.faults)) faults[name] = (faults[name] ?? 0) + count;
  for (const zone of report.zones) zones.add(zone);
  failed = report.wrongs.length > 0;
  const seconds = (performance.now() - startedMs) / 1_000;
  process.stdout.write(
    `${failed ? '✗' : '✓'} seed ${seed + part}: ${sum.years} on-call years so far in ${seconds.toFixed(0)} s (${((sum.years / seconds) * 60).toFixed(0)} a minute)\n`,
  );
  for (const wrong of report.wrongs) process.stdout.write(`    ${wrong}\n`);
  if (failed) process.stdout.write(`  again: npm run simulate:oncall -- --years ${length} --seed ${seed + part}\n`);
}
process.stdout.write(
  `${sum.years} on-call years (20 schedules at once), ${sum.steps} steps, ${zones.size} of ${Intl.supportedValuesOf('timeZone').length} zones, ${sum.pages} pages, ${sum.arrivals} sends, ${sum.samples} instants of the past looked at again (${sum.gaps} of them gaps that were reported)\n`,
);
process.stdout.write(
  `faults: ${Object.entries(faults)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}\n`,
);
process.exit(failed ? 1 : 0);
