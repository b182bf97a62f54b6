import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Answer, Order, Told } from './objectives-process.ts';
import { prometheusVersion, startPeer } from './objectives-prometheus.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

/**
 * npm run bench:objectives: what it costs to evaluate 1,000 and 10,000 objectives with 30 days of minutes, whether it is
 * exact, how long a chart takes; then, side by side, Debian's Prometheus with the equivalent rules for 200 objectives,
 * the same outages in both. `--sizes 1000`, `--peer-minutes 8` (0 leaves the peer out), `--days 30`.
 */
const { values: given } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000' },
    days: { type: 'string', default: '30' },
    'peer-minutes': { type: 'string', default: '8' },
    'peer-history-hours': { type: 'string', default: '72' },
  },
});
const days = Number(given.days);
const peerMinutes = Number(given['peer-minutes']);
const targets: Readonly<Record<number, number>> = { 1000: 0.3, 10000: 2 };
const chartMsMax = 100;
const timesCheaperMin = 100;
const cycles = 6;
const peerObjectives = 200;
const outageObjectives = 20;
const stepMs = 10_000;
const rows: { what: string; figure: string; target: string; met: boolean | null }[] = [];

/** Our process tree: both engines and the evaluation. */
const startOurs = async () => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-objectives-'));
  const child = fork(new URL('objectives-process.ts', import.meta.url), [data]);
  const answered = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the evaluation ended with ${code}`));
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
    cpu,
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
type Ours = Awaited<ReturnType<typeof startOurs>>;

const measure = async (size: number): Promise<Ours> => {
  const ours = await startOurs();
  const filled = await ours.ask({ do: 'fill', objectives: size, days });
  console.log(`${thousands(size)} objectives, ${days} days of minutes: filled in ${(filled.ms / 1_000).toFixed(0)} s`);
  await quiet(ours);
  const target = targets[size] ?? null;
  const first = await ours.ask({ do: 'cycle' });
  note(
    `${thousands(size)} objectives: first cycle, definitions read`,
    `${first.cpu.toFixed(2)} CPU s (${first.ms.toFixed(0)} ms)`,
    '',
    null,
  );
  const before = ours.cpu();
  let [worst, wallMs] = [0, 0];
  for (let index = 0; index < cycles; index += 1) {
    const one = await ours.ask({ do: 'cycle' });
    worst = Math.max(worst, one.cpu);
    wallMs += one.ms;
  }
  const mean = (ours.cpu() - before) / cycles;
  note(
    `${thousands(size)} objectives: one cycle over all processes, mean of ${cycles}`,
    `${mean.toFixed(3)} CPU s (worst ${worst.toFixed(2)}, ${(wallMs / cycles).toFixed(0)} ms)`,
    target === null ? '' : `≤ ${target} CPU s`,
    target === null ? null : mean <= target,
  );
  await transitions(ours, size, target);
  const compared = await ours.ask({ do: 'compare' });
  note(
    `${thousands(size)} objectives: windows unlike a naive sum`,
    `${compared.wrong} of ${thousands(compared.compared!)}`,
    '0',
    compared.wrong === 0,
  );
  const { chartsMs } = await ours.ask({ do: 'chart', times: 100 });
  const at = (share: number): number => chartsMs![Math.ceil(chartsMs!.length * share) - 1]!;
  note(
    `${thousands(size)} objectives: the ${days}-day chart of one over HTTP, p50 / p95 of 100`,
    `${at(0.5).toFixed(0)} / ${at(0.95).toFixed(0)} ms`,
    `p95 ≤ ${chartMsMax} ms`,
    at(0.95) <= chartMsMax,
  );
  return ours;
};

/** A twentieth of all fails completely for a minute: the cycle that tells it writes a row and an event for each. */
const transitions = async (ours: Ours, size: number, target: number | null): Promise<void> => {
  const failing = [1, 1 + size / 20] as const;
  const told: Told[] = [];
  let dearest = { cpu: 0, events: 0 };
  const before = await ours.ask({ do: 'step', failing: null });
  for (let step = 0; step < 7; step += 1) {
    const { cpu, events = [] } = await ours.ask({ do: 'step', failing });
    told.push(...events);
    if (events.length > dearest.events) dearest = { cpu: cpu - 0, events: events.length };
  }
  const fast = told.filter(({ kind, tier }) => kind === 'budget.burning' && tier === 'page-fast');
  note(
    `${thousands(size)} objectives, ${thousands(size / 20)} of them down for a minute: budget.burning page-fast`,
    `${thousands(fast.length)} of ${thousands(size / 20)}, each once: ${new Set(fast.map(({ objective }) => objective)).size === fast.length ? 'yes' : 'NO'}`,
    `${thousands(size / 20)}`,
    fast.length === size / 20 && new Set(fast.map(({ objective }) => objective)).size === fast.length,
  );
  note(
    `${thousands(size)} objectives: the dearest cycle, ten seconds of counts and ${thousands(dearest.events)} transitions written`,
    `${dearest.cpu.toFixed(2)} CPU s (without transitions ${before.cpu.toFixed(2)})`,
    target === null ? '' : `≤ ${target} CPU s`,
    target === null ? null : dearest.cpu <= target,
  );
};

/** Both side by side on the same outage of the first objectives: `peerMinutes` of wall time, our cycle every ten seconds. */
const sideBySide = async (ours: Ours, size: number): Promise<void> => {
  const version = prometheusVersion();
  if (version === null) {
    note('Prometheus beside it', 'MISSING: apt-get install -y prometheus', 'there', false);
    return;
  }
  console.log(
    `Prometheus ${version}: history of ${given['peer-history-hours']} hours for ${peerObjectives} objectives`,
  );
  const peer = await startPeer({ objectives: peerObjectives, historyHours: Number(given['peer-history-hours']) });
  try {
    await pause(60_000);
    const cpu = { ours: ours.cpu(), peer: cpuSecondsOf([peer.pid]) };
    const startedMs = performance.now();
    const seen = { ours: new Map<string, number>(), peer: new Map<string, number>(), cleared: { ours: 0, peer: 0 } };
    const outageTo = Math.min(9, Math.floor((peerMinutes * 60_000) / stepMs) - 1);
    for (let step = 0; step * stepMs < peerMinutes * 60_000; step += 1) {
      const failing = step >= 1 && step <= outageTo;
      peer.fail(failing ? outageObjectives : 0);
      await pause(Math.max(0, startedMs + step * stepMs - performance.now()));
      // The first twentieth failed before; these are others, under the same names in both.
      const { events = [] } = await ours.ask({
        do: 'step',
        failing: failing ? [size - outageObjectives + 1, size + 1] : null,
      });
      const atSeconds = (performance.now() - startedMs) / 1_000 - 10;
      for (const { kind, objective, tier } of events) {
        const index = Number(objective.replace('bench-', '')) - (size - outageObjectives);
        if (index < 1 || !tier.startsWith('page-fast')) continue;
        if (kind === 'budget.burning') seen.ours.set(`bench-${index} page`, atSeconds);
        else seen.cleared.ours += 1;
      }
      const firing = await peer.firing();
      for (const alert of firing) if (alert.endsWith('page') && !seen.peer.has(alert)) seen.peer.set(alert, atSeconds);
      if (seen.peer.size > 0) seen.cleared.peer = [...seen.peer.keys()].filter((alert) => !firing.has(alert)).length;
    }
    const minutes = (performance.now() - startedMs) / 60_000;
    const each = {
      ours: (ours.cpu() - cpu.ours) / minutes / size,
      peer: (cpuSecondsOf([peer.pid]) - cpu.peer) / minutes / peerObjectives,
    };
    compareCosts(each, size);
    compareAlerts(seen);
  } finally {
    await peer.stop();
  }
};

const compareCosts = (each: { ours: number; peer: number }, size: number): void => {
  const times = each.peer / each.ours;
  note(
    'Prometheus, 17 rules an objective every 30 s, 10 series each: a minute',
    `${(each.peer * peerObjectives).toFixed(2)} CPU s (${(each.peer * 1_000).toFixed(2)} ms an objective)`,
    '',
    null,
  );
  note(
    'ours, every 10 s, with the counts written: a minute',
    `${(each.ours * size).toFixed(2)} CPU s (${(each.ours * 1_000).toFixed(3)} ms an objective)`,
    '',
    null,
  );
  note('cheaper an objective', `${times.toFixed(0)} times`, `≥ ${timesCheaperMin} times`, times >= timesCheaperMin);
};

const compareAlerts = (seen: {
  ours: Map<string, number>;
  peer: Map<string, number>;
  cleared: { ours: number; peer: number };
}): void => {
  const same = seen.ours.size === seen.peer.size && [...seen.ours.keys()].every((name) => seen.peer.has(name));
  const mean = (times: Map<string, number>): string =>
    times.size === 0 ? '-' : ([...times.values()].reduce((sum, each) => sum + each, 0) / times.size).toFixed(0);
  note(
    'the same outages told by both (pages)',
    `ours ${seen.ours.size}, Prometheus ${seen.peer.size}`,
    `${outageObjectives}, the same`,
    same && seen.ours.size === outageObjectives,
  );
  note(
    'told after the beginning of the outage, mean',
    `ours ${mean(seen.ours)} s, Prometheus ${mean(seen.peer)} s`,
    '',
    null,
  );
  note(
    'recovered by the short window while we looked',
    `ours ${seen.cleared.ours}, Prometheus ${seen.cleared.peer}`,
    '',
    null,
  );
};

/** Merges of what was just filled are not the cycle's cost: waits until they are done. */
const quiet = async (ours: Ours): Promise<void> => {
  for (let calm = 0, tries = 0; calm < 2 && tries < 60; tries += 1) {
    const before = ours.cpu();
    await pause(1_000);
    calm = ours.cpu() - before < 0.05 ? calm + 1 : 0;
  }
};

const note = (what: string, figure: string, target: string, met: boolean | null): void => {
  rows.push({ what, figure, target, met });
  console.log(`${met === false ? 'MISSED ' : ''}${what}: ${figure}${target ? ` (target ${target})` : ''}`);
};

const thousands = (value: number): string => value.toLocaleString('en-US');

const print = (): void => {
  console.log('');
  for (const { what, figure, target, met } of rows)
    console.log(`${met === null ? ' ' : met ? '✓' : '✗'} ${what.padEnd(88)} ${figure.padEnd(44)} ${target}`);
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
};

const sizes = given.sizes.split(',').map(Number);
for (const size of sizes) {
  const ours = await measure(size);
  try {
    if (peerMinutes > 0 && size === Math.max(...sizes)) await sideBySide(ours, size);
  } finally {
    await ours.stop();
  }
}
print();
