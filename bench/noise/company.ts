import type { Dice } from './random.ts';

/** Who works there and what runs there. */
export interface Company {
  readonly teams: readonly { readonly name: string; readonly people: readonly string[] }[];
  readonly services: readonly { readonly name: string; readonly owner: string }[];
  readonly integrations: readonly string[];
}

const areas = ['shop', 'pay', 'search', 'mail', 'stock', 'web', 'data', 'core'] as const;
const things = ['api', 'worker', 'gateway', 'store', 'index', 'queue', 'batch', 'cache'] as const;
const given = ['ada', 'bo', 'cy', 'dee', 'eli', 'fay', 'gus', 'hal', 'ivy', 'jo', 'kai', 'lou'] as const;

/** Teams of three to five people with services of their own. */
export const aCompany = (dice: Dice): Company => {
  const teams = areas.map((name) => ({
    name,
    people: Array.from({ length: dice.whole(3, 5) }, (_, index) => `${dice.pick(given)}-${name}-${index}`),
  }));
  const services = teams.flatMap(({ name }) =>
    things.filter(() => dice.chance(0.7)).map((thing) => ({ name: `${name}/${thing}`, owner: name })),
  );
  return { teams, services, integrations: ['prometheus', 'grafana', 'rules', 'cloudwatch', 'zabbix'] };
};
