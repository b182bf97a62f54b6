import type { RouteWebhook } from '../../domain/policy/route.ts';
import { alertmanagerBody, type ToldAlert, type ToldGroup } from '../../domain/webhook-body.ts';
import type { Telling } from '../../domain/telling.ts';
import type { AlertTx } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import { instantOf } from './judge-store.ts';
import * as store from './tell-store.ts';

/** Alerts in one body; how many more there are is said. */
const alertsMax = 1_000;

/** Hands a group to a webhook, in the caller's transaction, under a key of its own for each time that it is told. */
export const sendWebhook = async (
  ground: EngineGround,
  tx: AlertTx,
  {
    group,
    webhook,
    telling,
  }: { readonly group: store.DueGroup; readonly webhook: RouteWebhook; readonly telling: Telling },
): Promise<void> => {
  const found = await store.membersOf(tx, group.id, alertsMax + 1);
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
  const key = `alert-group:${group.id}:${group.told_times + 1}`;
  const firing = told.alerts.filter(({ status }) => status === 'firing').length;
  await ground.delivery.enqueue(tx, [
    {
      key,
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
    },
  ]);
  const reason = `${group.reason}. Goes to the webhook ${new URL(webhook.url).host}.`;
  if (telling.say === 'repeat') await store.tellRepeated(tx, group.id, `${reason} Said again.`, null);
  else
    await store.tellFresh(tx, group.id, {
      decision: telling.say === 'first' ? 'notified' : 'joined',
      reason,
      page: null,
    });
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
