import type { OutgoingMessage } from '../../../delivery/server/public.ts';
import type { RouteWebhook } from '../../domain/policy/route.ts';
import { alertmanagerBody, type ToldAlert, type ToldGroup } from '../../domain/webhook-body.ts';
import type { Telling } from '../../domain/telling.ts';
import type { AlertTx } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import { instantOf } from './judge-store.ts';
import * as store from './tell-store.ts';

/** Alerts in one body; how many more there are is said. */
const alertsMax = 1_000;

/** A group that goes to a webhook, with what is told of it. */
export interface WebhookTold {
  readonly group: store.DueGroup;
  readonly webhook: RouteWebhook;
  readonly telling: Telling;
}

/** Hands groups to their webhooks, in the caller's transaction, under a key of its own for each time that one is told. */
export const sendWebhooks = async (ground: EngineGround, tx: AlertTx, told: readonly WebhookTold[]): Promise<void> => {
  if (told.length === 0) return;
  const members = await store.membersOfEach(
    tx,
    told.map(({ group }) => group.id),
    alertsMax + 1,
  );
  await ground.delivery.enqueue(
    tx,
    told.map((each) => messageOf(ground, each, members.get(each.group.id) ?? [])),
  );
  const decided = told.map(({ group, webhook, telling }) => {
    const reason = `${group.reason}. Goes to the webhook ${new URL(webhook.url).host}.`;
    return { group: group.id, say: telling.say, reason, page: null };
  });
  const isRepeat = ({ say }: { readonly say: Telling['say'] }): boolean => say === 'repeat';
  await store.tellRepeated(
    tx,
    decided.filter(isRepeat).map((each) => ({ ...each, reason: `${each.reason} Said again.` })),
  );
  await store.tellFresh(
    tx,
    decided
      .filter((each) => !isRepeat(each))
      .map(({ say, ...each }) => ({ ...each, decision: say === 'first' ? 'notified' : 'joined' })),
  );
};

const messageOf = (
  ground: EngineGround,
  { group, webhook }: WebhookTold,
  found: readonly store.MemberShown[],
): OutgoingMessage => {
  const shown = found.filter(({ status }) => status !== 'resolved' || webhook.sendResolved);
  const told: ToldGroup = {
    receiver: group.route,
    groupKey: `{}/{route=${JSON.stringify(group.route)}}:${labelText(group.labels)}`,
    groupLabels: group.labels,
    externalURL: ground.baseUrl(),
    alerts: shown.slice(0, alertsMax).map(toldOf),
    truncated: Math.max(0, shown.length - alertsMax),
  };
  const body = alertmanagerBody(told);
  const firing = told.alerts.filter(({ status }) => status === 'firing').length;
  return {
    key: `alert-group:${group.id}:${group.told_times + 1}`,
    channel: 'webhook',
    address: webhook.url,
    urgency: group.urgency,
    about: `alert-group:${group.id}`,
    expiresAt: null,
    content: {
      subject: `${firing} firing, ${told.alerts.length - firing} resolved`,
      text: group.reason,
      ...(webhook.format === 'alertmanager'
        ? { raw: { contentType: 'application/json', body: JSON.stringify(body) } }
        : { eventType: `dev.leadline.alerts.${body['status'] as string}`, data: body }),
    },
  };
};

const toldOf = (row: store.MemberShown): ToldAlert => ({
  status: row.status === 'resolved' ? 'resolved' : 'firing',
  labels: row.labels,
  annotations: row.annotations,
  startsAt: instantOf(row.starts_at),
  endsAt: row.ends_at === null ? null : instantOf(row.ends_at),
  generatorURL: row.links.find(({ label }) => label === 'generator')?.url ?? row.links[0]?.url ?? '',
  fingerprint: row.fingerprint,
});

/** Labels as Prometheus writes them: `{alertname="Down", service="shop/cart"}`. */
const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
