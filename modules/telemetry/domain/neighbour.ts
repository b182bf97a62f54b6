import type { SpanKind } from './classify-request.ts';
import type { AttributeReader } from './semantic-attributes.ts';

/** What a span talks to, in the catalog's words. */
export interface Neighbour {
  readonly kind: 'service' | 'database' | 'messaging' | 'external';
  /** As the caller knows it: `payment`, `postgresql: orders`, `kafka: orders`, `api.example.com`. */
  readonly name: string;
  readonly via: 'http' | 'rpc' | 'messaging' | 'database' | 'other';
}

const nameLengthMax = 255;

/**
 * The neighbour of a client, producer or consumer span by the semantic conventions; null for other kinds and where the
 * span says nothing about it. Databases and queues are told apart by their logical name, not by the host that answers,
 * so that a failover makes no new neighbour; other calls by `service.peer.name` (earlier `peer.service`), else the address.
 * That an address is a service which sends spans itself is known only from the child span: the rollup of calls joins it, and
 * leads a call that nobody answered to the service that answered at the address before (server/keep/address-sql.ts).
 * - https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 * - https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 * - https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/
 */
export const neighbourOf = (kind: SpanKind, attributes: AttributeReader): Neighbour | null => {
  if (kind !== 'client' && kind !== 'producer' && kind !== 'consumer') return null;
  const database = attributes.text('db.system.name') || attributes.text('db.system');
  if (database !== '') {
    const namespace = attributes.text('db.namespace') || attributes.text('db.name') || address(attributes);
    return { kind: 'database', name: labelled(database, namespace), via: 'database' };
  }
  const messaging = attributes.text('messaging.system');
  if (messaging !== '' || kind !== 'client') return queue(messaging, attributes);
  const peer = attributes.text('service.peer.name') || attributes.text('peer.service');
  const via = protocol(attributes);
  if (peer !== '') return { kind: 'service', name: peer.slice(0, nameLengthMax), via };
  const name = address(attributes) || attributes.text('rpc.service');
  return name === '' ? null : { kind: 'external', name: name.slice(0, nameLengthMax), via };
};

const queue = (system: string, attributes: AttributeReader): Neighbour | null => {
  const destination =
    attributes.text('messaging.destination.template') ||
    attributes.text('messaging.destination.name') ||
    attributes.text('messaging.destination') ||
    (system === '' ? '' : address(attributes));
  if (system === '' && destination === '') return null;
  return { kind: 'messaging', name: labelled(system || 'queue', destination), via: 'messaging' };
};

const protocol = (attributes: AttributeReader): Neighbour['via'] => {
  if (attributes.text('rpc.system.name') !== '' || attributes.text('rpc.system') !== '') return 'rpc';
  return attributes.text('http.request.method') !== '' || attributes.text('http.method') !== '' ? 'http' : 'other';
};

const ordinaryPorts: readonly (number | null)[] = [null, 80, 443];

const address = (attributes: AttributeReader): string => {
  const host =
    attributes.text('server.address') ||
    attributes.text('net.peer.name') ||
    hostOf(attributes.text('url.full') || attributes.text('http.url'));
  if (host === '') return attributes.text('network.peer.address') || attributes.text('net.sock.peer.addr');
  const port = attributes.number('server.port') ?? attributes.number('net.peer.port');
  return ordinaryPorts.includes(port) || /:\d+$/.test(host) ? host : `${host}:${port}`;
};

/** Host and port of an absolute URL, '' for anything else; user names are left out. */
const hostOf = (url: string): string => /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? '';

const labelled = (system: string, name: string): string =>
  (name === '' ? system : `${system}: ${name}`).slice(0, nameLengthMax);
