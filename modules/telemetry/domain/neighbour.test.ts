import { expect, test } from 'vitest';
import type { SpanKind } from './classify-request.ts';
import { neighbourOf } from './neighbour.ts';
import type { AttributeReader } from './semantic-attributes.ts';

const reader = (attributes: Record<string, string | number>): AttributeReader => ({
  text: (name) => (typeof attributes[name] === 'string' ? attributes[name] : ''),
  number: (name) => (typeof attributes[name] === 'number' ? attributes[name] : null),
});

test.each<[string, SpanKind, Record<string, string | number>, [string, string, string] | null]>([
  [
    'an HTTP call',
    'client',
    { 'http.request.method': 'GET', 'server.address': 'payment', 'server.port': 8080 },
    ['external', 'payment:8080', 'http'],
  ],
  [
    'an HTTPS call',
    'client',
    { 'http.request.method': 'GET', 'server.address': 'api.example.com', 'server.port': 443 },
    ['external', 'api.example.com', 'http'],
  ],
  [
    'an HTTP call of an older SDK',
    'client',
    { 'http.method': 'GET', 'http.url': 'https://user:secret@api.example.com:8443/x?y=1' },
    ['external', 'api.example.com:8443', 'http'],
  ],
  [
    'a call that names the peer',
    'client',
    { 'http.request.method': 'GET', 'server.address': '10.0.0.7', 'peer.service': 'payment' },
    ['service', 'payment', 'http'],
  ],
  [
    'a gRPC call',
    'client',
    { 'rpc.system': 'grpc', 'rpc.service': 'shop.Payment', 'server.address': 'payment', 'server.port': 9090 },
    ['external', 'payment:9090', 'rpc'],
  ],
  [
    'a gRPC call without an address',
    'client',
    { 'rpc.system': 'grpc', 'rpc.service': 'shop.Payment' },
    ['external', 'shop.Payment', 'rpc'],
  ],
  [
    'a database',
    'client',
    { 'db.system.name': 'postgresql', 'db.namespace': 'orders', 'server.address': 'db-1' },
    ['database', 'postgresql: orders', 'database'],
  ],
  [
    'a database of an older SDK',
    'client',
    { 'db.system': 'mysql', 'db.name': 'orders' },
    ['database', 'mysql: orders', 'database'],
  ],
  [
    'a cache without a name',
    'client',
    { 'db.system.name': 'redis', 'server.address': 'cache', 'server.port': 6379 },
    ['database', 'redis: cache:6379', 'database'],
  ],
  [
    'a message sent',
    'producer',
    { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
    ['messaging', 'kafka: orders', 'messaging'],
  ],
  [
    'a message taken',
    'consumer',
    { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
    ['messaging', 'kafka: orders', 'messaging'],
  ],
  [
    'a queue with a template',
    'consumer',
    {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': 'reply-7f3a',
      'messaging.destination.template': 'reply-{id}',
    },
    ['messaging', 'rabbitmq: reply-{id}', 'messaging'],
  ],
  [
    'a receive call',
    'client',
    { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'jobs', 'server.address': 'sqs.aws' },
    ['messaging', 'aws_sqs: jobs', 'messaging'],
  ],
  ['a producer that says nothing', 'producer', {}, null],
  ['a client that says nothing', 'client', { 'http.request.method': 'GET' }, null],
  ['a server', 'server', { 'server.address': 'cart', 'http.request.method': 'GET' }, null],
  ['an internal span with an address', 'internal', { 'server.address': 'cart' }, null],
])('%s', (_name, kind, attributes, expected) => {
  const neighbour = neighbourOf(kind, reader(attributes));
  expect(neighbour && [neighbour.kind, neighbour.name, neighbour.via]).toEqual(expected);
});
