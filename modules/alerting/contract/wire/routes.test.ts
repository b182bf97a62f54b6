import { describe, expect, it } from 'vitest';
import { opsgenieAsk } from '../../domain/sources/opsgenie-path.ts';
import { opsgenieRoutes } from './opsgenie.ts';

/** What the OpenAPI document says of Opsgenie’s API is understood: one door takes all of its addresses. */
const alertRoutes = opsgenieRoutes.filter(({ path }) => path.startsWith('/v2/alerts'));

describe('A route of Opsgenie’s alert API that is documented', () => {
  it.each(alertRoutes.map(({ method, path }) => [method, path]))('is served: %s %s', (method, path) => {
    expect(opsgenieAsk(method, path.replaceAll(/:\w+/gu, 'x')).do).not.toBe('unknown');
  });
});
