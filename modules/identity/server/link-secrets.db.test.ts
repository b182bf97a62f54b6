import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressLimits } from '../domain/limits.ts';
import { startIdentity, type IdentityWorld } from './testing.ts';

let world: IdentityWorld;
beforeAll(async () => {
  world = await startIdentity();
});
afterAll(() => world?.stop());

const from = (address: string) => ({ socket: { remoteAddress: address }, headers: {} }) as FastifyRequest;

it('secrets of links are found again by their hash, and what cannot be one is not looked for', () => {
  const { linkSecrets } = world.door;
  const { secret, hash } = linkSecrets.make();
  expect(linkSecrets.hashOf(secret)).toEqual(hash);
  expect(hash.toString('base64url')).not.toContain(secret.slice(3));
  for (const text of ['', 'll_short', `${secret}x`, secret.slice(1)]) expect(linkSecrets.hashOf(text)).toBeNull();
});

it('an address has so many wrong links in a minute and no more; others have their own', async () => {
  const { wrong } = world.door.linkSecrets;
  const { tickets, windowSeconds } = addressLimits['wrong-link'];
  const tries = await Promise.allSettled(Array.from({ length: tickets + 20 }, () => wrong(from('192.0.2.7'))));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(tickets);
  await expect(wrong(from('192.0.2.7'))).rejects.toMatchObject({ problem: { status: 429 } });
  await wrong(from('192.0.2.8'));
  world.clock.advance({ seconds: windowSeconds });
  await wrong(from('192.0.2.7'));
});
