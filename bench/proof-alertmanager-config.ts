import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { routeSpec } from '../modules/alerting/contract/policy.ts';
import { exportConfig } from '../modules/alerting/domain/policy/alertmanager/config-export.ts';
import { importConfig } from '../modules/alerting/domain/policy/alertmanager/config-import.ts';
import type { Judged } from '../modules/alerting/domain/policy/judged-labels.ts';
import { routeOf, type RouteTree } from '../modules/alerting/domain/policy/route.ts';
import { inhibitionFrom } from '../modules/alerting/server/policy/in-force.ts';
import { routeTreeOf } from '../modules/alerting/server/policy/route-tree.ts';

/**
 * `npm run proof:alertmanager-config [-- SEED]`: configurations of Alertmanager at random, imported and exported. `amtool` (0.25 or later,
 * on the path) says of each label set which receivers it goes to, by the first file and by the exported one: both must be those that
 * Leadline's routes say, and `amtool check-config` must accept every exported file. Ends with 1 where one does not.
 */
const configs = 100;
const alertsEach = 5;
const noon = Temporal.Instant.from('2026-11-23T12:00:00Z');

const main = (): number => {
  const seed = Number(process.argv[2] ?? 1);
  const dice = diceOf(seed);
  const folder = mkdtempSync(join(tmpdir(), 'leadline-alertmanager-'));
  const found = { accepted: 0, same: 0, sameExported: 0, asked: 0, wrong: [] as string[] };
  try {
    for (let number = 0; number < configs; number++) prove(found, { dice, folder, number });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`seed ${seed}, ${configs} configurations, ${found.asked} label sets`);
  console.log(`exported files that amtool check-config accepts   ${found.accepted} of ${configs}`);
  console.log(`receivers as amtool says by the imported file     ${found.same} of ${found.asked}`);
  console.log(`receivers as amtool says by the exported file     ${found.sameExported} of ${found.asked}`);
  for (const line of found.wrong.slice(0, 20)) console.log(line);
  return found.accepted === configs && found.same === found.asked && found.sameExported === found.asked ? 0 : 1;
};

interface Found {
  accepted: number;
  same: number;
  sameExported: number;
  asked: number;
  readonly wrong: string[];
}

const prove = (found: Found, { dice, folder, number }: { dice: Dice; folder: string; number: number }): void => {
  const [theirs, ours] = [join(folder, `${number}.yml`), join(folder, `${number}-exported.yml`)];
  const text = stringify(configAtRandom(dice));
  writeFileSync(theirs, text);
  const read = importConfig(parse(text), { said: {}, teams: [] });
  const { match, ...tree } = read.route!;
  const spec = routeSpec.parse({ ...tree, match });
  const routes = routeTreeOf([{ name: 'imported', spec }]);
  const intervals = new Map([['imported', spec.timeIntervals]]);
  const inhibitions = read.inhibitions.map((each) =>
    inhibitionFrom({ name: each.name, spec: { team: null, ...each.spec } } as unknown as Parameters<
      typeof inhibitionFrom
    >[0]),
  );
  writeFileSync(ours, stringify(exportConfig(routes, { inhibitions, intervals }).config));
  const check = spawnSync('amtool', ['check-config', ours], { encoding: 'utf8' });
  if (check.status === 0) found.accepted += 1;
  else found.wrong.push(`${number}: ${check.stdout}${check.stderr}`);
  for (let each = 0; each < alertsEach; each++) {
    const labels = Object.fromEntries(names.filter(() => dice(4) > 0).map((name) => [name, one(dice, values)]));
    const [expected, byExported, said] = [
      receiversBy(theirs, labels),
      receiversBy(ours, labels).map((name) => name.split('/').at(-1)!),
      receiversOf(routes, labels),
    ];
    found.asked += 1;
    if (String(expected) === String(said)) found.same += 1;
    else found.wrong.push(`${number}: ${JSON.stringify(labels)}: amtool ${String(expected)}, Leadline ${String(said)}`);
    if (String(expected) === String(byExported)) found.sameExported += 1;
    else
      found.wrong.push(
        `${number}: ${JSON.stringify(labels)}: amtool ${String(expected)}, exported ${String(byExported)}`,
      );
  }
};

/** What amtool prints: the receivers in order, commas between them. */
const receiversBy = (file: string, labels: Record<string, string>): string[] => {
  const said = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const { stdout, stderr, status } = spawnSync(
    'amtool',
    ['config', 'routes', 'test', `--config.file=${file}`, ...said],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`amtool config routes test: ${stdout}${stderr}`);
  return stdout.trim().split(',');
};

/** Each receiver of the file is a webhook whose address ends in its name. */
const receiversOf = (tree: RouteTree, labels: Record<string, string>): string[] => {
  const alert: Judged = {
    id: 'one',
    fingerprint: '0',
    integration: { name: 'proof' },
    labels,
    severity: 'error',
    service: null,
    team: null,
    tier: null,
    startsAt: noon,
  };
  return routeOf(tree, alert, noon).flatMap(({ to }) =>
    to.map((target) => ('webhook' in target ? target.webhook.url.split('/').at(-1)! : JSON.stringify(target))),
  );
};

type Dice = (sides: number) => number;

/** Numbers that are the same for the same seed (mulberry32). */
const diceOf = (seed: number): Dice => {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
};

const one = <Item>(dice: Dice, items: readonly Item[]): Item => items[dice(items.length)]!;
const names = ['alertname', 'env', 'job', 'zone', 'x'];
const values = ['a', 'b', 'ab', 'prod', 'prod-eu', 'test', 'A', '5xx', 'a.b', 'a b', ''];
const patterns = [
  'a|b',
  'a.*',
  '.+',
  '.*',
  'prod(-eu)?',
  '(a|b)+',
  '[a-c]+',
  '5..',
  '(?i)a',
  '',
  'a\\.b',
  '.*b',
  'prod-.*',
];
const receivers = ['r0', 'r1', 'r2', 'r3', 'r4'];

const matcherAtRandom = (dice: Dice): string => {
  const op = one(dice, ['=', '!=', '=~', '!~']);
  const value = one(dice, op.includes('~') ? patterns : values);
  return `${one(dice, names)}${op}"${value.replaceAll('\\', '\\\\')}"`;
};

const routeAtRandom = (dice: Dice, levels: number): Record<string, unknown> => {
  const routes = levels === 0 ? [] : Array.from({ length: dice(4) }, () => routeAtRandom(dice, levels - 1));
  const older = dice(4) === 0;
  return {
    ...(dice(5) > 0 && { receiver: one(dice, receivers) }),
    ...(older
      ? { match: { [one(dice, names)]: one(dice, values) }, match_re: { [one(dice, names)]: one(dice, patterns) } }
      : { matchers: Array.from({ length: dice(3) }, () => matcherAtRandom(dice)) }),
    ...(dice(3) === 0 && { continue: true }),
    ...(dice(3) === 0 && { group_by: one(dice, [['...'], ['alertname'], ['env', 'zone']]) }),
    ...(dice(3) === 0 && { group_wait: one(dice, ['0s', '30s', '1m30s', '2h']) }),
    ...(dice(3) === 0 && { repeat_interval: one(dice, ['1h', '4h', '3d', '1w']) }),
    ...(dice(4) === 0 && { mute_time_intervals: ['nights'] }),
    ...(dice(4) === 0 && { active_time_intervals: ['office'] }),
    ...(routes.length > 0 && { routes }),
  };
};

const configAtRandom = (dice: Dice): Record<string, unknown> => ({
  route: {
    receiver: 'r0',
    group_by: ['alertname'],
    routes: Array.from({ length: 1 + dice(5) }, () => routeAtRandom(dice, 3)),
  },
  receivers: receivers.map((name) => ({ name, webhook_configs: [{ url: `http://hook.example/${name}` }] })),
  inhibit_rules: [
    { source_matchers: [matcherAtRandom(dice)], target_matchers: [matcherAtRandom(dice)], equal: ['env', 'zone'] },
  ],
  time_intervals: [
    {
      name: 'nights',
      time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }], days_of_month: ['1:15', '-3:-1'] }],
    },
    {
      name: 'office',
      time_intervals: [
        { weekdays: ['monday:friday'], months: ['january:june'], years: ['2026:2030'], location: 'Europe/Berlin' },
      ],
    },
  ],
});

process.exitCode = main();
