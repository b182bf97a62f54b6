import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aContent } from '../fixtures.ts';
import { aWebhookMessage } from './testing/a-webhook-message.ts';
import { aCertificate, startMailServer, type MailServer } from './testing/mail-server.ts';
import { startDelivery, type DeliveryWorld } from './testing/world.ts';

/** E-mail leaves by a real SMTP server, and what that says is understood. */
let world: DeliveryWorld;
let mail: MailServer;
const anEmail = (content: Parameters<typeof aContent>[0] = {}) =>
  aWebhookMessage({ channel: 'email', address: 'p1@example.org', about: 'page:7', content: aContent(content) });
const stateOf = (key: string, state: string) =>
  expect.poll(async () => (await world.message(key))?.state, { timeout: 15_000 }).toBe(state);

const begin = async (
  server: Parameters<typeof startMailServer>[0] = {},
  settings: (mail: MailServer) => Parameters<typeof startDelivery>[0] = ({ host, port }) => ({
    smtpUrl: `smtp://${host}:${port}`,
    smtpFrom: 'Leadline <leadline@ops.example.org>',
    mailReplyAddress: 'leadline@in.example.org',
  }),
) => {
  mail = await startMailServer(server);
  world = await startDelivery(settings(mail));
};
afterEach(async () => {
  await world.stop();
  await mail.stop();
});

describe('the mail server of the configuration', () => {
  beforeEach(() => begin());

  it('gets a letter in text and HTML, with the token in Reply-To and a Message-ID that follows from the key', async () => {
    const message = anEmail();
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    expect(mail.mails).toHaveLength(1);
    const [{ from, to, letter }] = mail.mails as [MailServer['mails'][0]];
    expect({ from, to }).toEqual({ from: 'leadline@ops.example.org', to: ['p1@example.org'] });
    expect(letter).toMatchObject({
      subject: 'Checkout burns its budget',
      from: { name: 'Leadline', address: 'leadline@ops.example.org' },
      replyTo: [{ address: 'leadline+page.k3v9x2m1@in.example.org' }],
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@ops\.example\.org>$/),
    });
    const header = (name: string) => letter.headers.find(({ key }) => key === name)?.value;
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('x-leadline-key')).toBe(message.key);
    expect(letter.text).toContain('Acknowledge: https://leadline.example.org/do/a1');
    expect(letter.html).toContain('href="https://leadline.example.org/do/r1"');
    expect((await world.message(message.key)).attempts).toMatchObject([
      { provider: 'built-in-smtp', result: 'accepted', status: 250, detail: expect.stringContaining('queued as 4711') },
    ]);
  });

  it('sees what is repeated as the same letter, and what is about one page as one conversation', async () => {
    mail.refuse({ code: 451, message: 'try later' });
    const [first, second] = [anEmail(), anEmail()];
    await world.enqueue(first, second);
    for (const { key } of [first, second])
      await expect.poll(async () => (await world.message(key))?.attempts[0]?.result).toBe('failed');
    mail.refuse(null);
    await stateOf(first.key, 'accepted');
    await stateOf(second.key, 'accepted');
    const [one, other] = mail.mails.map(({ letter }) => letter);
    expect(one!.messageId).not.toBe(other!.messageId);
    expect(one!.references).toBe(other!.references);
    expect((await world.message(first.key)).attempts[0]).toMatchObject({
      result: 'failed',
      status: 451,
      detail: 'the mail server answered 451 try later',
    });
  });

  it('cannot be made to add headers or links by what an alert says', async () => {
    const evil = anEmail({
      subject: 'Down\r\nBcc: everybody@example.org\r\n\r\n<h1>',
      text: '<script>alert(1)</script><a href="https://evil.example">x</a>',
      actions: [{ id: 'acknowledge', label: 'Acknowledge', url: 'javascript:alert(1)' }],
    });
    await world.enqueue({ ...evil, address: 'p1@example.org' });
    await stateOf(evil.key, 'accepted');
    const { letter, to } = mail.mails[0]!;
    expect(to).toEqual(['p1@example.org']);
    expect(letter.headers.some(({ key }) => key === 'bcc')).toBe(false);
    expect(letter.html).not.toContain('<script>');
    expect(letter.html).not.toContain('href="javascript:');
    expect(letter.html).not.toContain('href="https://evil.example"');
  });

  it('is not asked again when it says that there is no such mailbox', async () => {
    mail.refuse({ code: 550, message: '5.1.1 <p1@example.org> no such mailbox' });
    const message = { ...anEmail(), about: 'page:nobody-there' };
    await world.enqueue(message);
    await stateOf(message.key, 'failed');
    expect((await world.message(message.key)).attempts).toMatchObject([{ result: 'refused', status: 550 }]);
    // Timelines and the ledger are for everybody, addresses are not.
    const told = () => world.ledger.read({ kind: 'message.failed', subject: 'page:nobody-there', limit: 2 });
    await expect.poll(told).toMatchObject([{ data: { reason: expect.stringContaining('<(the address)> no such') } }]);
    const [attempt] = (await world.door.attemptsOf(['page:nobody-there'])).get('page:nobody-there')!;
    expect(attempt!.detail).not.toContain('p1@');
  });

  it('is told of in the list of providers without its password, and tried by an admin', async () => {
    const { body } = await world.call('GET', '/api/v1/delivery/providers');
    expect(body.items.find(({ name }: any) => name === 'built-in-smtp')).toMatchObject({
      builtIn: true,
      channel: 'email',
      settings: { host: '127.0.0.1', port: mail.port, from: 'Leadline <leadline@ops.example.org>' },
    });
    const tried = await world.call('POST', '/api/v1/delivery/providers/built-in-smtp/test', {
      address: 'p2@example.org',
    });
    expect(tried).toMatchObject({ status: 200, body: { attempt: { result: 'accepted', status: 250 } } });
    expect(mail.mails[0]!.letter.subject).toBe('Test message from Leadline');
    const wrong = await world.call('POST', '/api/v1/delivery/providers/built-in-smtp/test', { address: 'p2 at home' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'delivery.wrong-address' } });
  });

  it('sends at once for whoever waits, and says so when it cannot', async () => {
    expect(await world.door.sendNow(anEmail())).toMatchObject({ result: 'accepted', provider: 'built-in-smtp' });
    mail.refuse({ code: 554, message: 'we do not like you' });
    expect(await world.door.sendNow(anEmail())).toMatchObject({ result: 'refused', status: 554 });
    const nobody = aWebhookMessage({ channel: 'sms', address: '+4915112345678' });
    await expect(world.door.sendNow(nobody)).rejects.toMatchObject({ problem: { code: 'delivery.not-sent' } });
  });
});

describe('a mail server with TLS and passwords', () => {
  const certificate = aCertificate();
  const withPassword = {
    ...certificate,
    disabledCommands: [],
    onAuth: (auth: any, _session: any, done: any) =>
      auth.username === 'mailer' && auth.password === 'pass word/1'
        ? done(null, { user: auth.username })
        : done(new Error('Invalid username or password')),
  };
  const spec = (more: object = {}) => ({
    channel: 'email',
    kind: 'smtp',
    settings: { host: mail.host, port: mail.port, from: 'leadline@ops.example.org', username: 'mailer', ...more },
    secrets: { password: 'pass word/1' },
  });

  it.each([
    ['STARTTLS', false, 'starttls'],
    ['TLS from the first byte', true, 'implicit'],
  ])('is spoken to by %s, with the password that is kept encrypted', async (_, secure, tls) => {
    await begin({ ...withPassword, secure, authOptional: false }, () => ({}));
    await world.provider('mail', spec({ tls, ca: certificate.cert }));
    const message = anEmail();
    await world.enqueue(message);
    await stateOf(message.key, 'accepted');
    expect(mail.mails[0]).toMatchObject({ secure: true, user: 'mailer' });
    const kept = await world.postgres.pool.query('SELECT p::text AS row FROM delivery.provider AS p');
    expect(JSON.stringify(kept.rows)).not.toContain('pass word');
    const told = await world.call('GET', '/api/v1/delivery/providers/mail');
    expect(told.body.secretNames).toEqual(['password']);
    expect(JSON.stringify(told.body)).not.toContain('pass word');
  });

  it.each([
    ['a certificate that nobody vouches for', { tls: 'starttls' }, {}, 'failed', /cannot be reached|certificate/i],
    ['a wrong password', { tls: 'starttls', ca: certificate.cert }, { password: 'wrong' }, 'refused', /535/],
    ['no TLS where it is asked for', { tls: 'starttls' }, {}, 'refused', /500/, ['STARTTLS']],
  ])('is not trusted: %s', async (_, settings, secrets, result, words, disabledCommands: string[] = []) => {
    await begin({ ...withPassword, disabledCommands, authOptional: true }, () => ({}));
    const said = spec(settings);
    await world.provider('mail', { ...said, secrets: { ...said.secrets, ...secrets } });
    const tried = await world.call('POST', '/api/v1/delivery/providers/mail/test', { address: 'p1@example.org' });
    expect(tried.body.attempt).toMatchObject({ result, detail: expect.stringMatching(words) });
    expect(JSON.stringify(tried.body)).not.toMatch(/pass word|wrong"/);
    expect(mail.mails).toEqual([]);
  });
});
