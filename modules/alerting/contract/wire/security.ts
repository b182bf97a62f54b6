import type { SecurityScheme } from '../../../../kernel/route.ts';

/** What signs senders in, in the words of each protocol. */
export const integrationKey: SecurityScheme = {
  type: 'http',
  scheme: 'bearer',
  description: 'The key of an integration',
};
export const integrationPassword: SecurityScheme = {
  type: 'http',
  scheme: 'basic',
  description: 'Any name, the key of an integration as password',
};
export const genieKey: SecurityScheme = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  description: '`GenieKey KEY`: the key of an integration of the kind opsgenie; `Bearer KEY` and Basic are taken too',
};
export const routingKey: SecurityScheme = {
  type: 'apiKey',
  in: 'header',
  name: 'X-Routing-Key',
  description: 'The key of an integration of the kind pagerduty, where `routing_key` of the body does not say it',
};
/** Whoever sends has a key; whoever asks has a token, whose role decides. */
export const alertmanagerKey: SecurityScheme = {
  type: 'http',
  scheme: 'bearer',
  description: 'A token with the scope `api`, or the key of an integration of the kind alertmanager',
};
export const alertmanagerPassword: SecurityScheme = {
  type: 'http',
  scheme: 'basic',
  description: 'Any name; such a token or key as password, as `amtool` sends it',
};
