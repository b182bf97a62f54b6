import { expect, it } from 'vitest';
import { groupTitle } from './alert-words.ts';

it.each([
  [{ alertname: 'DiskFull', service: 'shop/db', instance: 'db-1' }, 'DiskFull, shop/db'],
  [{ integration: 'prometheus', service: '', alertname: 'DiskFull' }, 'DiskFull'],
  [{ integration: 'backup-watch', service: '', alertname: '' }, 'Alerts of backup-watch'],
  [{ integration: 'prometheus', region: 'eu' }, 'integration=prometheus, region=eu'],
  [{}, 'All alerts of the route'],
])('a group of %j is called %s', (labels, title) => expect(groupTitle(labels)).toBe(title));
