import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aPageMessage } from '../../testing/a-page.ts';
import { channelGround, providerOf } from '../../testing/channel-ground.ts';
import type { Channel } from '../channel.ts';
import { createEmail } from './channel.ts';

/** A call that took too long is over at the mail server too: it cannot be delivered long after the next try. */
const ground = channelGround();
let server: SMTPServer;
let channel: Channel;
/** Recipients of letters whose end the server has not answered, by their session. */
const held: { readonly to: string; answer(): void }[] = [];
const closed: string[] = [];
/** A busy machine takes its time. */
const patience = { timeout: 30_000 };

beforeEach(async () => {
  held.splice(0);
  closed.splice(0);
  server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData: (stream, session, done) => {
      const to = session.envelope.rcptTo[0]!.address;
      stream.resume();
      stream.on('end', () => {
        if (to.startsWith('slow')) held.push({ to, answer: () => done(null, 'late') });
        else done(null, `taken from ${session.id}`);
      });
    },
    onClose: (session) => void closed.push(session.id),
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  channel = createEmail(ground);
});
afterEach(async () => {
  await channel.stop?.();
  for (const each of held) each.answer();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const send = (to: string, signal: AbortSignal) => {
  const { port } = server.server.address() as AddressInfo;
  const settings = { host: '127.0.0.1', port, from: 'leadline@example.org', tls: 'none' };
  return channel.send({
    provider: providerOf(channel, { settings }),
    message: aPageMessage({ channel: 'email', address: to }),
    signal,
    callbackUrl: null,
  });
};

it('ends the connection of the one call that is aborted, and no other', async () => {
  const [slow, patient] = [new AbortController(), new AbortController()];
  const calls = [send('slow@example.org', slow.signal), send('slow-too@example.org', patient.signal)];
  await expect.poll(() => held.length, patience).toBe(2);
  slow.abort(new Error('too late'));
  expect(await calls[0]).toMatchObject({ result: 'failed', status: null });
  await expect.poll(() => closed.length, patience).toBe(1);
  held.find(({ to }) => to === 'slow-too@example.org')!.answer();
  expect(await calls[1]).toMatchObject({ result: 'accepted', status: 250 });
});

it('keeps no more than four connections, lets the fifth wait, and lets it leave when its time is over', async () => {
  const never = new AbortController();
  const calls = Array.from({ length: 4 }, (_, index) => send(`slow-${index}@example.org`, never.signal));
  await expect.poll(() => held.length, patience).toBe(4);
  const [short, long] = [new AbortController(), new AbortController()];
  const [fifth, sixth] = [send('quick@example.org', short.signal), send('quick@example.org', long.signal)];
  short.abort(new Error('too late'));
  expect(await fifth).toMatchObject({ result: 'failed' });
  held[0]!.answer();
  expect(await sixth).toMatchObject({ result: 'accepted' });
  for (const each of held.slice(1)) each.answer();
  expect((await Promise.all(calls)).every(({ result }) => result === 'accepted')).toBe(true);
});

it('uses a connection again', async () => {
  const { signal } = new AbortController();
  const first = await send('quick@example.org', signal);
  const second = await send('quick@example.org', signal);
  expect(second.detail).toBe(first.detail);
});
