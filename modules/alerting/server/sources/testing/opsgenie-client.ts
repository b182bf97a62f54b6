import { expect } from 'vitest';
import type { VendorsWorld } from './vendors-world.ts';

/** Asks as a client of Opsgenie's API does, over a real port. */
export const opsgenieClient = (world: VendorsWorld, key: string) => {
  const ask = async (method: string, path: string, body?: unknown, authorization = `GenieKey ${key}`) => {
    const answer = await fetch(`${world.url}${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const create = async (over: Record<string, unknown> = {}) => {
    const answer = await ask('POST', '/v2/alerts', {
      message: 'The disk of db-1 is full',
      alias: 'disk',
      priority: 'P1',
      ...over,
    });
    expect([answer.status, answer.body]).toEqual([
      202,
      { result: 'Request will be processed', took: expect.any(Number), requestId: expect.any(String) },
    ]);
    return answer.body.requestId as string;
  };
  const get = async (identifier: string, type = 'alias') =>
    (await ask('GET', `/v2/alerts/${encodeURIComponent(identifier)}?identifierType=${type}`)).body.data;
  const act = async (identifier: string, action: string, body: unknown = {}, method = 'POST') => {
    const answer = await ask(
      method,
      `/v2/alerts/${encodeURIComponent(identifier)}/${action}?identifierType=alias`,
      body,
    );
    expect([action, answer.status, answer.body.result]).toEqual([action, 202, 'Request will be processed']);
    return (await ask('GET', `/v2/alerts/requests/${answer.body.requestId}`)).body.data;
  };
  const pageOf = async (alias: string) => {
    const [alert] = (await world.alerts('all')).filter((each) => each.dedupKey === alias);
    return (await world.pages()).find(({ id }) => alert?.pages.includes(id));
  };
  return { ask, create, get, act, pageOf };
};
export type OpsgenieClient = ReturnType<typeof opsgenieClient>;
