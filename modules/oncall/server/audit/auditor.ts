import { hostname } from 'node:os';
import { startLoop } from '../../../../platform/postgres/loop.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { DeliveryDoor, OutgoingMessage } from '../../../delivery/server/public.ts';
import { momentText } from '../../domain/moment-text.ts';
import { rulesOf } from '../people/views.ts';
import { adminNames, compareOwed, markAlarmed, saveAudit, type Compared, type Finding } from './audit-views.ts';

/** What the auditor needs of the process that runs it. */
export interface AuditorGround extends Pick<Ground, 'postgres' | 'ledger' | 'log' | 'config'> {
  /**
   * Delivery with a sender of this very process, started only when an alarm must leave: the server's own may be what is dead.
   */
  delivery(): Promise<DeliveryDoor>;
}

const everyMs = 15_000;
/** An alarm that still holds is given again after so long. */
const againMinutes = 15;
/** The database may be away for a restart; longer is an alarm of its own. */
const awaySeconds = 45;
const heartbeatMs = 5_000;

/**
 * Looks every 15 seconds whether what is owed was attempted. What was not is told on the ledger, in the log, and to the admins by
 * their own contact methods; only when all is well a heartbeat goes out, so that its silence is an alarm elsewhere.
 */
export const startAuditor = (ground: AuditorGround): { look(): void; stop(): Promise<void> } => {
  const state: State = { awaySince: null, toldAway: false, admins: [] };
  const loop = startLoop({
    everyMs,
    round: async () => {
      const look = await lookOnce(ground, state);
      if (look.ok) await beat(ground);
      return 'rest';
    },
    onError: (error) => ground.log.error({ err: error }, 'the audit failed; trying again'),
  });
  return { look: loop.wake, stop: loop.stop };
};

interface State {
  awaySince: number | null;
  toldAway: boolean;
  /** The messages' addresses of the admins as last known: the database may be away when they are needed. */
  admins: readonly Addressed[];
}

type Addressed = Pick<OutgoingMessage, 'channel' | 'address'> & { readonly person: string; readonly zone: string };

const lookOnce = async (ground: AuditorGround, state: State): Promise<{ ok: boolean }> => {
  const db = ground.postgres.tables<never>();
  let compared: Compared;
  try {
    compared = await compareOwed(db);
    state.admins = await addressesOf(db);
    state.awaySince = null;
    state.toldAway = false;
  } catch (error) {
    return storeAway(ground, state, error as Error);
  }
  const ok = compared.findings.length === 0;
  const alarm = await ground.postgres.transaction<any, boolean>(async (tx) => {
    const holder = `${hostname()}:${process.pid}`;
    const before = await saveAudit(tx, { ok, owed: compared.owed, findings: compared.findings, holder });
    if (ok) {
      if (before && !before.ok) await tell(ground, tx, 'oncall.audit-recovered', { since: before.since.toISOString() });
      return false;
    }
    const due = !before?.alarmed_at || compared.at.getTime() - before.alarmed_at.getTime() > againMinutes * 60_000;
    if (!due) return false;
    await markAlarmed(tx);
    const findings = compared.findings
      .slice(0, 20)
      .map(({ since, ...each }) => ({ ...each, since: since.toISOString() }));
    await tell(ground, tx, 'oncall.audit-failed', { findings });
    return true;
  });
  if (!ok) ground.log.error({ findings: compared.findings.slice(0, 20) }, 'what is owed to people was not attempted');
  if (alarm) await alarmAdmins(ground, state.admins, compared.findings);
  return { ok };
};

const storeAway = async ({ log }: AuditorGround, state: State, error: Error): Promise<{ ok: boolean }> => {
  state.awaySince ??= performance.now();
  const seconds = Math.round((performance.now() - state.awaySince) / 1_000);
  log.error({ error: error.message, seconds }, 'the database is away: what is owed cannot be seen');
  // Nothing is told by message: without the database no message can be kept. The heartbeat that does not go out tells it.
  if (seconds >= awaySeconds && !state.toldAway) {
    state.toldAway = true;
    log.fatal({ seconds }, 'pages may not leave: the database is away');
  }
  return { ok: false };
};

const addressesOf = async (db: Parameters<typeof adminNames>[0]): Promise<Addressed[]> => {
  const rules = await rulesOf(db, await adminNames(db));
  return [...rules.values()].flatMap(({ person, rules: own }) =>
    own.high.map(({ method: { channel, address } }) => ({
      person: person.name,
      zone: person.zone,
      channel,
      address,
    })),
  );
};

const tell = (
  ground: AuditorGround,
  tx: Parameters<AuditorGround['ledger']['append']>[0],
  kind: string,
  data: Record<string, unknown>,
) =>
  ground.ledger.append(tx, {
    kind,
    subject: 'oncall:audit',
    actor: { kind: 'system', id: 'auditor', name: 'Auditor' },
    data,
  });

/** Every admin, by every method at once: this is no page that somebody else would get otherwise. */
const alarmAdmins = async (
  ground: AuditorGround,
  admins: readonly Addressed[],
  findings: readonly Finding[],
): Promise<void> => {
  if (admins.length === 0) return ground.log.error('no admin can be reached: nobody was told of the audit');
  const delivery = await ground.delivery();
  const subject = `Leadline: ${findings.length === 1 ? 'one page is' : `${findings.length} pages are`} not getting through`;
  const textIn = (zone: string): string =>
    [
      'What is owed to people was not attempted. Look at the server, its log and its database.',
      ...findings.slice(0, 10).map((each) => `${momentText(each.since.toISOString(), zone)} ${each.text}`),
    ].join('\n');
  const at = Date.now();
  const messages = admins.map(({ person, zone, channel, address }, index) => ({
    key: `oncall-audit-${at}-${index}`,
    channel,
    address,
    urgency: 'high' as const,
    about: 'oncall:audit',
    expiresAt: null,
    content: {
      subject,
      text: textIn(zone),
      spoken: subject,
      eventType: 'dev.leadline.oncall.audit-failed',
      data: { person, findings: findings.slice(0, 10).map((each) => ({ ...each, since: each.since.toISOString() })) },
    },
  }));
  await ground.postgres.transaction<any, void>((tx) => delivery.enqueue(tx, messages));
};

/** Outward, only when all is well. That it did not go out is no fault of the audit: whoever waits for it raises the alarm. */
const beat = async ({ config, log }: AuditorGround): Promise<void> => {
  const url = config.values.auditHeartbeatUrl;
  if (url === undefined) return;
  try {
    const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(heartbeatMs), redirect: 'manual' });
    await answer.body?.cancel();
    if (!answer.ok) log.warn({ status: answer.status }, 'the heartbeat of the audit was not taken');
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'the heartbeat of the audit did not go out');
  }
};
