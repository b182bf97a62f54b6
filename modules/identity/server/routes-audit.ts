import type { Http } from '../../../platform/http/http.ts';
import { verifyLedger, type Verification } from '../../../platform/ledger/verify.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { verifyAudit } from '../contract/audit.ts';

/** The verification reads the whole ledger: whoever asks while one runs gets its answer. */
export const addAuditRoutes = (http: Http, postgres: Postgres): void => {
  let running: Promise<Verification> | null = null;
  http.route(verifyAudit, async () => {
    running ??= verifyLedger(postgres).finally(() => {
      running = null;
    });
    const { ok, events, head, fault } = await running;
    return {
      holds: ok,
      events,
      head: head ? { place: head.place.toString(), hash: head.hash } : null,
      fault: fault ? { place: fault.place.toString(), reason: fault.reason } : null,
    };
  });
};
