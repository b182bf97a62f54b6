import type { Product } from './product.ts';
import type { Session } from './people.ts';
import { wireKinds, wireRefusals, type WireProtocol, type WireRow, type WireWho } from './access-wire.ts';

/** What each actor shows: a token or a key, or the cookie of the page. */
export type WireCredential = { readonly secret: string } | { readonly cookie: string };

const neverMade = '0123456789abcdefghijklmnopqrstuv';

/** Integrations of one protocol's kind whose keys work, are switched off, are revoked; and one of another kind. */
export const wireKeys = async (
  admin: Session,
  protocol: WireProtocol,
): Promise<Partial<Record<WireWho, WireCredential>>> => {
  const [kind, other] = wireKinds[protocol];
  const make = async (of: string, which: string): Promise<{ key: string; keyId: string; name: string }> => {
    const name = `${protocol}-${which}`;
    const made = await admin.call('POST', '/api/v1/integrations', { kind: of, name, team: 'payments' });
    return { ...made, name };
  };
  const [own, another, disabled, revoked] = [
    await make(kind, 'own'),
    await make(other, 'other'),
    await make(kind, 'disabled'),
    await make(kind, 'revoked'),
  ];
  await admin.call('PUT', `/api/v1/integrations/${disabled.name}`, { kind, team: 'payments', enabled: false });
  await admin.call('DELETE', `/api/v1/integrations/${revoked.name}/keys/${revoked.keyId}`);
  return {
    key: { secret: own.key },
    otherKind: { secret: another.key },
    disabled: { secret: disabled.key },
    revoked: { secret: revoked.key },
    unknown: { secret: neverMade },
  };
};

let asked = 0;

/** One try, from an address of its own: who shows wrong keys is slowed down by address, which is not what the walk is about. */
export const askWire = async (
  product: Product,
  route: string,
  row: WireRow,
  credential: WireCredential | undefined,
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const [method, path] = route.split(' ') as [string, string];
  const secret = credential && 'secret' in credential ? credential.secret : null;
  asked += 1;
  const headers: Record<string, string> = { 'x-forwarded-for': `198.18.${asked >> 8}.${asked & 255}` };
  if (credential && 'cookie' in credential) Object.assign(headers, { cookie: credential.cookie, origin: product.url });
  if (row.body !== undefined) headers['content-type'] = 'application/json';
  if (secret !== null && row.carry === 'bearer') headers['authorization'] = `Bearer ${secret}`;
  if (secret !== null && row.carry === 'genie') headers['authorization'] = `GenieKey ${secret}`;
  const params = { ...row.params, ...(row.carry === 'address' ? { key: secret ?? 'no-key' } : {}) };
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => (params as Record<string, string>)[name] ?? name);
  const body = row.carry === 'body' && secret !== null ? { routing_key: secret, ...(row.body as object) } : row.body;
  const answer = await fetch(product.url + address, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return { status: answer.status, body: isJson && text !== '' ? JSON.parse(text) : text };
};

/** Whether it was refused because of who asked; throws where that is not said in the protocol's own form. */
export const isRefused = (protocol: WireProtocol, { status, body }: { status: number; body: unknown }): boolean => {
  const { statuses, fields } = wireRefusals[protocol];
  if (!statuses.includes(status)) return false;
  const missing = fields.filter((field) => typeof body !== 'object' || body === null || !(field in body));
  // What a handler of Alertmanager refuses is a text.
  if (missing.length > 0 && typeof body !== 'string')
    throw new Error(`refused with ${status}, but ${missing.join(', ')} is missing: ${JSON.stringify(body)}`);
  return true;
};
