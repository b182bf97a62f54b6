import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../delivery/server/testing/free-port.ts';
import { startDelivery, type DeliveryWorld } from '../../../delivery/server/testing/world.ts';
import type { MailboxName, Mailbox } from '../../../delivery/server/public.ts';
import { anIntegration, startHouse, type House } from '../integrations/testing/house.ts';
import { registerMail } from './register-mail.ts';

/** A program that can only send e-mail raises alerts with it, over SMTP, under the key in the address. */
let house: House;
let delivery: DeliveryWorld;
let port: number;
let mailbox: Mailbox;
let made = 0;

beforeAll(async () => {
  port = await freePort();
  delivery = await startDelivery({ mailReplyAddress: 'leadline@example.org', mailReplyPort: port });
});
afterAll(async () => {
  await delivery?.stop();
  await house?.stop();
});

const anAddress = async (settings: Record<string, unknown> = {}) => {
  const { id, key } = await anIntegration(house.postgres, { name: `mail-${++made}`, kind: 'email', settings });
  return { id, key, to: `alerts+${key}@example.org` };
};
const send = (letter: Parameters<ReturnType<typeof createTransport>['sendMail']>[0]) =>
  createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
    from: 'Backup <backup@db-1.example>',
    ...letter,
  });
const alertsOf = async (id: string) =>
  (
    await house.postgres.pool.query(
      'SELECT dedup_key, status, severity, summary, service, labels, annotations, links FROM alerting.alert JOIN alerting.alert_body ON alert_id = id WHERE integration_id = $1 ORDER BY id',
      [id],
    )
  ).rows;
const payloadsOf = async (id: string) => {
  await house.integrations.flush();
  const { rows } = await house.postgres.pool.query(
    'SELECT faulty, status, error, bytes, body FROM alerting.payload WHERE integration = $1 ORDER BY at DESC, id DESC',
    [id],
  );
  return rows;
};

describe('While the program starts', () => {
  it('a letter is asked to come again, not refused for good', async () => {
    await expect(send({ to: `alerts+${'a'.repeat(32)}@example.org`, subject: 'x', text: 'y' })).rejects.toMatchObject({
      responseCode: 451,
    });
    house = await startHouse(({ ground, integrations }) => {
      const onMail = (name: MailboxName, given: Mailbox): void => {
        mailbox = given;
        delivery.door.onMail(name, given);
      };
      registerMail({ ...ground, delivery: { onMail } }, integrations);
    });
    expect(mailbox).toBeDefined();
  });
});

describe('A letter', () => {
  it('is an alert on disk when its server has its answer', async () => {
    const { id, to } = await anAddress();
    await send({
      to,
      subject: '[CRITICAL] Backup of orders failed',
      text: 'No space left.\nService: shop/orders\nSee https://backup.example/17.',
      messageId: '<b1@db-1>',
      attachments: [{ filename: 'log.txt', content: 'full' }],
    });
    expect(await alertsOf(id)).toMatchObject([
      {
        dedup_key: 'subject|backup of orders failed',
        status: 'firing',
        severity: 'critical',
        summary: '[CRITICAL] Backup of orders failed',
        service: 'shop/orders',
        labels: { alertname: 'Backup of orders failed', from: 'backup@db-1.example' },
        annotations: { from_name: 'Backup', message_id: '<b1@db-1>', attachments: expect.stringContaining('log.txt') },
        links: [{ label: 'In the letter', url: 'https://backup.example/17' }],
      },
    ]);
    expect((await payloadsOf(id))[0].body.toString()).toContain('Subject: [CRITICAL]');
  });

  it('that says it is over ends it; an answer to it is about the same', async () => {
    const { id, to } = await anAddress();
    await send({ to, subject: 'Disk of db-1 is full', text: 'x' });
    await send({ to, subject: 'Re: Disk of db-1 is full', text: 'still' });
    expect(await alertsOf(id)).toHaveLength(1);
    await send({ to, subject: 'RESOLVED: Disk of db-1 is full', text: 'gone' });
    expect(await alertsOf(id)).toMatchObject([{ status: 'resolved' }]);
  });

  it('by thread: what answers in it is about the same, whatever its subject', async () => {
    const { id, to } = await anAddress({ dedupBy: 'thread' });
    await send({ to, subject: '3 disks are full', text: 'x', messageId: '<t1@x>' });
    await send({
      to,
      subject: '4 disks are full',
      text: 'x',
      messageId: '<t2@x>',
      inReplyTo: '<t1@x>',
      references: ['<t1@x>'],
    });
    await send({ to, subject: 'OK: no disk is full', text: 'x', references: ['<t1@x>', '<t2@x>'] });
    expect(await alertsOf(id)).toMatchObject([{ dedup_key: 'thread|<t1@x>', status: 'resolved' }]);
  });

  it('of HTML alone: its text, its links', async () => {
    const { id, to } = await anAddress();
    await send({
      to,
      subject: 'Warning: latency',
      html: '<style>p{}</style><table><tr><td>p99</td><td>2&nbsp;s</td></tr></table><a href="https://graph.example/?a=1&amp;b=2">Graph</a>',
    });
    expect(await alertsOf(id)).toMatchObject([
      {
        severity: 'warning',
        annotations: { description: 'p99 2 s\nGraph' },
        links: [{ url: 'https://graph.example/?a=1&b=2' }],
      },
    ]);
  });

  it('in another alphabet and another character set', async () => {
    const { id, to } = await anAddress();
    await send({ to, subject: '障害: ディスク', text: 'Größe überschritten', encoding: 'base64' });
    expect(await alertsOf(id)).toMatchObject([
      { summary: '障害: ディスク', annotations: { description: 'Größe überschritten' } },
    ]);
  });

  it('of somebody who is out of office wakes nobody', async () => {
    const { id, to } = await anAddress();
    await send({ to, subject: 'Out of office', text: 'x', headers: { 'Auto-Submitted': 'auto-replied' } });
    expect(await alertsOf(id)).toEqual([]);
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: false });
  });

  it('to two keys is an alert of both, and to one key twice only one', async () => {
    const [one, other] = [await anAddress(), await anAddress()];
    await send({ to: [one.to, other.to, one.to.toUpperCase()], subject: 'Both', text: 'x' });
    expect([await alertsOf(one.id), await alertsOf(other.id)].map((rows) => rows.length)).toEqual([1, 1]);
    expect(await payloadsOf(one.id)).toHaveLength(1);
  });

  it.each([
    ['an unknown key', `alerts+${'b'.repeat(32)}@example.org`],
    ['no key', 'alerts@example.org'],
    ['another domain', `alerts+${'b'.repeat(32)}@example.com`],
    ['another mailbox', `orders+${'b'.repeat(32)}@example.org`],
  ])('to %s is refused for good', async (_name, to) => {
    await expect(send({ to, subject: 'x', text: 'y' })).rejects.toMatchObject({ responseCode: 550 });
  });

  it('with a key of another kind of integration is refused for good', async () => {
    const { key } = await anIntegration(house.postgres, { name: 'not-mail', kind: 'json' });
    const to = `alerts+${key}@example.org`;
    await expect(send({ to, subject: 'x', text: 'y' })).rejects.toMatchObject({ responseCode: 550 });
  });

  it('of six megabytes is refused and its beginning kept, one of three is taken', async () => {
    const { id, to } = await anAddress();
    await expect(send({ to, subject: 'Large', text: 'x'.repeat(6_000_000) })).rejects.toMatchObject({
      responseCode: 552,
    });
    const [kept] = await payloadsOf(id);
    expect(kept).toMatchObject({ faulty: true, status: 413, error: expect.stringContaining('too large') });
    expect(kept.body.toString()).toContain('Subject: Large');
    expect(Number(kept.bytes)).toBeGreaterThan(6_000_000);
    await send({ to, subject: 'Large', text: 'x\n'.repeat(1_500_000) });
    expect(await alertsOf(id)).toHaveLength(1);
  });

  it.each([
    ['nested too deeply', `Subject: x\r\n${'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(60)}x`],
    ['headers without end', `X-Long: ${'x'.repeat(200_000)}\r\n\r\nx`],
    ['no header at all', 'x'],
  ])('that is none (%s) is refused for good, and kept', async (_name, raw) => {
    const { id, key } = await anAddress();
    await expect(mailbox.take({ tag: key, raw: Buffer.from(raw) })).rejects.toMatchObject({ problem: { status: 400 } });
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true });
  });
});
