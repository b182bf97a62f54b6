import { expect, test } from 'vitest';
import { identityOfService, type ResourceNames } from './identity-of-service.ts';

const names = (overrides: Partial<ResourceNames>): ResourceNames => ({
  'service.namespace': '',
  'service.name': 'cart',
  'service.version': '',
  'deployment.environment.name': '',
  'deployment.environment': '',
  ...overrides,
});

test.each<[string, Partial<ResourceNames>, [string, string, string]]>([
  ['a name alone', {}, ['cart', '', '']],
  ['a namespace before the name', { 'service.namespace': 'shop' }, ['shop/cart', '', '']],
  ['no name', { 'service.name': '' }, ['unknown_service', '', '']],
  [
    'the environment by its new name',
    { 'deployment.environment.name': 'prod', 'deployment.environment': 'old' },
    ['cart', 'prod', ''],
  ],
  [
    'the environment by its old name',
    { 'deployment.environment': 'prod', 'service.version': '1.2' },
    ['cart', 'prod', '1.2'],
  ],
])('%s', (_name, overrides, expected) => {
  const { service, environment, version } = identityOfService(names(overrides));
  expect([service, environment, version]).toEqual(expected);
});
