import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ruleKinds } from './alert-rules-data.ts';
import type { Answer, Order } from './alert-rules-process.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

/**
 * npm run bench:alert-rules: what a cycle of 1,000 alert rules of every kind costs over all processes, and how long the preview of
 * each kind over days of history takes. `--rules 1000`, `--services 200`, `--days 30`, `--by-kind` tells each kind's cost apart,
 * `--previews 7,30`.
 */
const { values: given } = parseArgs({
  options: {
    rules: { type: 'string', default: '1000' },
    services: { type: 'string', default: '200' },
    days: { type: 'string', default: '30' },
    'by-kind': { type: 'boolean', default: false },
    /** Days that previews look back, those that are there. */
    previews: { type: 'string', default: '7,30' },
  },
});
const [rules, services, days] = [Number(given.rules), Number(given.services), Number(given.days)];
const cycles = 6;
/** A tenth of one core, judged once a minute. */
const cycleCpuMax = 6;
const previewMsMax = 2_000;
const rows: { what: string; figure: string; target: string; met: boolean | null }[] = [];
const note = (what: string, figure: string, target: string, met: boolean | null): void => {
  rows.push({ what, figure, target, met });
  console.log(`${met === false ? 'MISSED ' : ''}${what}: ${figure}${target === '' ? '' : `  (target ${target})`}`);
};

const startOurs = async () => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-rules-'));
  const child = fork(new URL('alert-rules-process.ts', import.meta.url), [data]);
  const answered = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the judging process ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (answer: Answer) => {
        child.off('exit', ended);
        if (answer.error) reject(new Error(answer.error));
        else resolve(answer);
      });
    });
  await answered();
  const cpu = (): number => cpuSecondsOf(processTree(child.pid!));
  return {
    ask: async (order: Order): Promise<Answer & { cpu: number }> => {
      const before = cpu();
      const answer = answered();
      child.send(order);
      return { ...(await answer), cpu: cpu() - before };
    },
    stop: async (): Promise<void> => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send({ do: 'stop' } satisfies Order);
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
};

const measureCycles = async (ours: Awaited<ReturnType<typeof startOurs>>, only: string | null): Promise<void> => {
  await ours.ask({ do: 'rules', count: rules, only });
  const first = await ours.ask({ do: 'cycle' });
  let [cpu, worst, ms] = [0, 0, 0];
  let last: Answer = first;
  for (let index = 0; index < cycles; index += 1) {
    const one = await ours.ask({ do: 'cycle' });
    cpu += one.cpu;
    worst = Math.max(worst, one.cpu);
    ms += one.ms;
    last = one;
  }
  const mean = cpu / cycles;
  const what = `${rules} rules${only === null ? ' of every kind' : ` of ${only}`}, ${last.groups} groups`;
  note(`${what}: first cycle`, `${first.cpu.toFixed(2)} CPU s (${first.ms.toFixed(0)} ms)`, '', null);
  note(
    `${what}: one cycle, mean of ${cycles}`,
    `${mean.toFixed(2)} CPU s (worst ${worst.toFixed(2)}, ${(ms / cycles).toFixed(0)} ms)`,
    only === null ? `≤ ${cycleCpuMax} CPU s` : '',
    only === null ? mean <= cycleCpuMax : null,
  );
  note(
    `${what}: judged, not judged`,
    `${last.judged}, ${last.unknown}`,
    `${rules}, 0`,
    last.judged === rules && last.unknown === 0,
  );
};

const ours = await startOurs();
try {
  const filled = await ours.ask({ do: 'fill', services, days });
  console.log(`${services} services, ${days} days: filled in ${(filled.ms / 1_000).toFixed(0)} s`);
  await measureCycles(ours, null);
  if (given['by-kind']) for (const kind of Object.keys(ruleKinds)) await measureCycles(ours, kind);
  for (const span of given.previews
    .split(',')
    .map(Number)
    .filter((each) => each <= days))
    for (const [kind, specOf] of Object.entries(ruleKinds)) {
      const spec = { ...specOf('shop/service-7'), service: 'shop/service-7' };
      const times: number[] = [];
      let found: Answer | null = null;
      let failed = '';
      for (let index = 0; index < 3 && failed === ''; index += 1) {
        try {
          found = await ours.ask({ do: 'preview', spec, days: span });
          times.push(found.ms);
        } catch (error) {
          failed = String((error as Error).message).split('\n')[0]!;
        }
      }
      if (found === null || failed !== '') {
        note(`preview of ${kind} over ${span} days`, failed, `≤ ${previewMsMax} ms`, false);
        continue;
      }
      const worst = Math.max(...times);
      note(
        `preview of ${kind} over ${span} days, judged each ${found.stepSeconds} s, ${found.groups} groups`,
        `${worst.toFixed(0)} ms, the longest of 3`,
        `≤ ${previewMsMax} ms`,
        worst <= previewMsMax,
      );
    }
} finally {
  await ours.stop();
}
if (rows.some(({ met }) => met === false)) process.exitCode = 1;
