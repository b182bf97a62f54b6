import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { freePort } from '../testing/free-port.ts';
import { aPageMessage } from '../testing/a-page.ts';
import { startMailServer, type MailServer } from '../testing/mail-server.ts';
import { startDelivery, type DeliveryWorld } from '../testing/world.ts';
import type { Reply } from '../public.ts';

let world: DeliveryWorld;
let mail: MailServer;
let port: number;
const replies: Reply[] = [];
let broken = false;

beforeAll(async () => {
  mail = await startMailServer();
  port = await freePort();
  world = await startDelivery({
    smtpUrl: `smtp://${mail.host}:${mail.port}`,
    smtpFrom: 'Leadline <leadline@example.org>',
    mailReplyAddress: 'leadline@example.org',
    mailReplyPort: port,
  });
  world.door.onReply('page', async (reply) => {
    if (reply.replyToken.endsWith('over'))
      throw new Refusal({ status: 409, code: 'oncall.page-over', title: 'This page was resolved already' });
    if (broken) throw new Error('no database');
    replies.push(reply);
    return `Acknowledged (${replies.length}).`;
  });
});
afterAll(async () => {
  await world.stop();
  await mail.stop();
});

/** A page that left by e-mail, and the letter as the person has it. */
const aLetter = async (key: string, replyToken: string) => {
  const page = aPageMessage();
  await world.enqueue({
    ...page,
    key,
    channel: 'email',
    address: 'p1@example.org',
    content: { ...page.content, replyToken },
  });
  return eventually(() => {
    const found = mail.mails.find(({ letter }) => letter.replyTo?.[0]?.address?.includes(replyToken));
    if (!found) throw new Error('not yet');
    return found.letter;
  });
};
const send = (letter: Parameters<ReturnType<typeof createTransport>['sendMail']>[0]) =>
  createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
    from: 'P One <p1@example.org>',
    to: 'leadline@example.org',
    ...letter,
  });

describe('A person answers by e-mail', () => {
  it('to the address that the letter asks for: acted, and told what became of it', async () => {
    const letter = await aLetter('mail-1', 'page.mailtoken1');
    const to = letter.replyTo![0]!.address!;
    expect(to).toBe('leadline+page.mailtoken1@example.org');
    await send({
      to,
      subject: `Re: ${letter.subject}`,
      text: `Ack, looking\n\n> ${letter.text}\n> resolve`,
      messageId: '<a1@x>',
    });
    expect(replies).toEqual([
      { replyToken: 'page.mailtoken1', said: 'acknowledge', text: 'Ack, looking', by: 'e-mail from p1@example.org' },
    ]);
    const answer = await eventually(() => {
      const found = mail.mails.find(({ letter: each }) => each.text?.includes('Acknowledged (1).'));
      if (!found) throw new Error('not yet');
      return found;
    });
    expect(answer.to).toEqual(['p1@example.org']);
    expect(answer.letter.replyTo ?? []).toEqual([]);
  });

  it('the same letter again does nothing', async () => {
    const before = replies.length;
    await send({ to: 'leadline+page.mailtoken1@example.org', text: 'Ack, looking', messageId: '<a1@x>' });
    expect(replies).toHaveLength(before);
  });

  it('from a program that drops the plus: by the letter that it answers', async () => {
    const letter = await aLetter('mail-2', 'page.mailtoken2');
    await send({
      inReplyTo: letter.messageId!,
      references: [letter.messageId!],
      html: '<div>resolve</div><blockquote>ack</blockquote>',
    });
    expect(replies.at(-1)).toMatchObject({ replyToken: 'page.mailtoken2', said: 'resolve', text: 'resolve' });
  });

  it('by a letter that was sent to somebody else: nothing', async () => {
    const letter = await aLetter('mail-3', 'page.mailtoken3');
    const before = replies.length;
    await send({ from: 'mallory@example.net', inReplyTo: letter.messageId!, text: 'ack' });
    expect(replies).toHaveLength(before);
  });

  it('too late: told so, in words', async () => {
    await aLetter('mail-4', 'page.mailisover');
    await send({ to: 'leadline+page.mailisover@example.org', text: 'ack' });
    await eventually(() => {
      if (!mail.mails.some(({ letter }) => letter.text?.includes('This page was resolved already.')))
        throw new Error('not yet');
    });
  });

  it.each([
    ['an out-of-office note', { headers: { 'Auto-Submitted': 'auto-replied' }, text: 'ack' }],
    ['a bounce', { envelope: { from: '', to: 'leadline+page.mailtoken1@example.org' }, text: 'ack' }],
    ['nothing but a quote', { text: '> ack' }],
    ['a letter that cannot be read', { text: 'ack', headers: { 'X-Long': 'x'.repeat(100_000) } }],
  ])('%s does nothing', async (_name, letter) => {
    const before = replies.length;
    await send({ to: 'leadline+page.mailtoken1@example.org', ...letter });
    expect(replies).toHaveLength(before);
  });
});

describe('Where the state cannot be written', () => {
  it('the sender is told to come again, and the next try acts', async () => {
    const letter = { to: 'leadline+page.mailtoken1@example.org', text: 'ack', messageId: '<again@x>' };
    const before = replies.length;
    broken = true;
    await expect(send(letter)).rejects.toMatchObject({ responseCode: 451 });
    broken = false;
    await send(letter);
    expect(replies).toHaveLength(before + 1);
  });
});

describe('The mail port', () => {
  it.each(['someone@example.org', 'leadline@example.com', 'leadline+page.x@evil.example'])(
    'takes nothing for %s: it relays no mail',
    async (to) => {
      await expect(send({ to, text: 'ack' })).rejects.toMatchObject({ responseCode: 550 });
    },
  );

  it('takes no letter beyond a megabyte', async () => {
    const text = 'x'.repeat(2 * 1024 * 1024);
    await expect(send({ to: 'leadline+page.mailtoken1@example.org', text })).rejects.toMatchObject({
      responseCode: 552,
    });
  });

  it('outlives nonsense', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('\u0000\u0001GET / HTTP/1.1\r\n\r\n'.repeat(50)));
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.resume();
    });
    const before = replies.length;
    await send({ to: 'leadline+page.mailtoken1@example.org', text: 'ack', messageId: '<a9@x>' });
    expect(replies).toHaveLength(before + 1);
  });
});
