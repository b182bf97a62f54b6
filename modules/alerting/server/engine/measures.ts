import { Counter, Gauge, Histogram } from 'prom-client';
import type { AlertTables } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import { countUnpagedGroups, engineFigures } from './tell-store.ts';

/** What the engine says of itself at `/metrics`. */
export const measures = ({ metrics, postgres }: EngineGround) => {
  new Gauge({
    name: 'leadline_alerting_groups_unpaged',
    help: 'Groups of alerts for which neither a team nor an administrator can be paged',
    registers: [metrics],
    async collect() {
      this.set(await countUnpagedGroups(postgres.tables<AlertTables>()).catch(() => Number.NaN));
    },
  });
  new Gauge({
    name: 'leadline_alerting_alerts',
    help: 'Alerts that are not over, by how they stand; suppressed ones fire too',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      const found = await engineFigures(postgres.tables<AlertTables>()).catch(() => null);
      for (const state of ['firing', 'acknowledged', 'suppressed'] as const)
        this.set({ state }, found?.[state] ?? Number.NaN);
      waiting.set({ what: 'judging' }, found?.pending_seconds ?? Number.NaN);
      waiting.set({ what: 'telling' }, found?.due_seconds ?? Number.NaN);
    },
  });
  const waiting = new Gauge({
    name: 'leadline_alerting_waiting_seconds',
    help: 'How long the oldest alert waits to be judged, and the longest due group to be told',
    labelNames: ['what'],
    registers: [],
  });
  metrics.registerMetric(waiting);
  return {
    judged: new Counter({
      name: 'leadline_alerting_alerts_judged_total',
      help: 'Alerts that this process judged: new, changed or answered',
      registers: [metrics],
    }),
    told: new Counter({
      name: 'leadline_alerting_groups_told_total',
      help: 'Due groups that this process looked at',
      registers: [metrics],
    }),
    judging: new Histogram({
      name: 'leadline_alerting_judging_seconds',
      help: 'Time that a batch of alerts took to be judged',
      buckets: [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers: [metrics],
    }),
  };
};
