import { Gauge } from 'prom-client';
import type { Ground } from '../../../../platform/module/ground.ts';
import { readAudit, type AuditReport } from '../../contract/pages.ts';
import { compareOwed, lastAudit, type Compared, type LastAudit } from './audit-views.ts';

/** Longer without a look than this, and the auditor counts as silent: it looks every 15 seconds. */
const silentAfterSeconds = 60;

/** The comparison at any time, and metrics that tell how the auditor's own process fares. */
export const addAuditRoutes = ({ http, postgres, metrics, log }: Ground): void => {
  const db = postgres.tables<never>();
  http.route(readAudit, async () => reportOf(await compareOwed(db), await lastAudit(db)));
  const told = new Gauge({
    name: 'leadline_oncall_audit_ok',
    help: 'What the auditor last found: 1 nothing is owed that was not attempted, 0 something is; absent before its first look',
    registers: [metrics],
  });
  new Gauge({
    name: 'leadline_oncall_audit_age_seconds',
    help: 'Time since the auditor last looked; it looks every 15 seconds, so more than 60 means that it is silent',
    registers: [metrics],
    async collect() {
      const last = await lastAudit(db).catch((error: Error) => {
        log.warn({ error: error.message }, 'the last audit could not be read');
        return null;
      });
      if (!last) return;
      this.set(last.age_seconds);
      told.set(last.ok ? 1 : 0);
    },
  });
};

export const reportOf = (compared: Compared, last: LastAudit | null): AuditReport => ({
  at: compared.at.toISOString(),
  ok: compared.findings.length === 0,
  owed: compared.owed,
  attempted: compared.attempted,
  findings: compared.findings.map(({ since, ...finding }) => ({ ...finding, since: since.toISOString() })),
  auditor: last && {
    at: last.at.toISOString(),
    ok: last.ok,
    since: last.since.toISOString(),
    silent: last.age_seconds > silentAfterSeconds,
  },
});
