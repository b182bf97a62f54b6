import { parseArgs } from 'node:util';
import { damagedLog } from './fault-damage.ts';
import { diskFull } from './fault-disk.ts';
import { killUnderLoad } from './fault-kills.ts';
import { spansPerRequest } from './fault-senders.ts';

/**
 * npm run fault:ingest: kills the real product under load, again and again, and asks afterwards whether every acknowledged
 * span is there exactly once and every count equals its spans. Then a full disk and damaged log files.
 */
const { values: given } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, only: { type: 'string' } },
});
const wanted = (part: string): boolean => given.only === undefined || given.only.split(',').includes(part);
let failed = false;

const report = (well: boolean, text: string): void => {
  failed ||= !well;
  console.log(`${well ? '✓' : '✗'} ${text}`);
};

const killing = async (kills: number): Promise<void> => {
  const done = await killUnderLoad(kills);
  const spans = (done.log.acknowledged.length * spansPerRequest).toLocaleString('en-US');
  console.log(`  ${JSON.stringify(done.by)}; answers ${JSON.stringify(done.answers)}`);
  report(
    true,
    `${kills} kills; it always started again, the slowest acknowledged after ${(done.slowestMs / 1_000).toFixed(1)} s`,
  );
  report(
    done.withRequests >= kills * 0.8,
    `${done.withRequests} of ${kills} kills with requests in flight (target at least four of five)`,
  );
  report(
    done.log.unknown.length === 0,
    `${done.log.acknowledged.length} requests acknowledged, ${done.log.unknown.length} never`,
  );
  report(
    done.wrongs.length === 0,
    done.wrongs.length === 0
      ? `every acknowledged span is there exactly once (${spans}), every count equals its spans`
      : `${done.wrongs.length} wrongs:\n  ${done.wrongs.slice(0, 20).join('\n  ')}`,
  );
};

if (wanted('kills')) await killing(Number(given.kills));
if (wanted('damage')) await damagedLog(report);
if (wanted('disk')) await diskFull(report);
console.log(failed ? '\nSomething was lost, doubled or did not start again.' : '\nNothing was lost or doubled.');
process.exit(failed ? 1 : 0);
