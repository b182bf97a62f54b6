import { Counter, Gauge } from 'prom-client';
import { startLoop } from '../../../../platform/postgres/loop.ts';
import { builtInIntegration } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';
import { accept } from '../intake/accept.ts';
import { runCycle } from './cycle.ts';
import { addRuleRoutes } from './routes.ts';
import type { RulesGround } from './rules-ground.ts';
import { forgetChanges, untilDueMs } from './store.ts';
import type { RuleTables } from './tables.ts';
import { tellUnknown, tellWanted } from './tell.ts';

/** Nobody waits longer than this for a rule that another process made. */
const lookMs = 5_000;
const unknownLookSeconds = 15;
const changesDays = 90;

/** Alert rules: their routes, and in every worker a loop that judges what is due and tells what it decided. */
export const startRules = (alerting: AlertingGround): { stop(): Promise<void> } => {
  const ground: RulesGround = {
    ...alerting,
    tell: (alerts) => accept(alerting, builtInIntegration('rules'), alerts),
  };
  const db = alerting.postgres.tables<RuleTables>();
  addRuleRoutes(alerting, ground);
  measureRules(ground);
  alerting.jobs.every('alerting.rules-unknown', unknownLookSeconds, () => tellUnknown(ground));
  alerting.jobs.every('alerting.rules-forget', 86_400, () => forgetChanges(db, changesDays));
  if (!alerting.config.values.run.includes('worker')) return { stop: async () => undefined };
  const decided = new Counter({
    name: 'leadline_alert_rules_judged_total',
    help: 'Rules that were taken to be judged, each with the steps that were due',
    registers: [alerting.metrics],
  });
  const loop = startLoop({
    everyMs: lookMs,
    round: async () => {
      const taken = await runCycle(ground);
      decided.inc(taken);
      const told = await tellWanted(ground);
      if (taken > 0 || told > 0) return 'more';
      return (await untilDueMs(db)) ?? 'rest';
    },
    onError: (error) => alerting.log.error({ err: error }, 'alert rules could not be judged; trying again'),
  });
  return { stop: () => loop.stop() };
};

const measureRules = ({ postgres, metrics }: RulesGround): void => {
  new Gauge({
    name: 'leadline_alert_rules_unknown',
    help: 'Alert rules that cannot be judged now',
    registers: [metrics],
    async collect() {
      const row = await postgres
        .tables<RuleTables>()
        .selectFrom('alerting.rule')
        .select((each) => each.fn.countAll<string>().as('count'))
        .where('enabled', '=', true)
        .where('unknown_since', 'is not', null)
        .executeTakeFirst()
        .catch(() => undefined);
      this.set(Number(row?.count ?? Number.NaN));
    },
  });
};
