import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/policies.ts';
import { readOptions } from '../views/report-options.ts';
import { unknownObjective } from '../views/report.ts';
import { allPolicies, deletePolicy, putPolicy, unknownPolicy } from './commands.ts';
import { standingsOf, type StandingGround } from './standing.ts';
import { watchEverySeconds, watchPolicies } from './watch.ts';

/** Puts the routes of budget policies on the HTTP ground. */
export const addPolicyRoutes = (ground: StandingGround & Pick<Ground, 'http'>): void => {
  const { http } = ground;
  http.route(contract.listPolicies, async () => ({ items: await allPolicies(ground) }));
  http.route(contract.getPolicy, async ({ params }) => {
    const found = (await allPolicies(ground)).find(({ name }) => name === params.name);
    if (!found) throw unknownPolicy(params.name);
    return found;
  });
  http.route(contract.putPolicy, ({ params, body, signedIn }) =>
    putPolicy(ground, signedIn(), { name: params.name, ...body }),
  );
  http.route(contract.deletePolicy, ({ params, signedIn }) => deletePolicy(ground, signedIn(), params.name) as never);
  http.route(contract.getPolicyStanding, async ({ params }) => {
    const [found] = await standingsOf(ground, { of: params, closely: true, read: readOptions });
    if (!found) throw unknownObjective(params.name);
    return found.standing;
  });
};

/** Tells on the ledger what begins to follow from policies and what ends, once over all processes. */
export const startWatchingPolicies = (ground: StandingGround & Pick<Ground, 'jobs'>): void =>
  ground.jobs.every('objectives.policies', watchEverySeconds, () => watchPolicies(ground));

/** For the gate of changes: everything that follows now for the objectives of one service. */
export const policyFacts = async (
  ground: StandingGround,
  service: string,
): Promise<readonly contract.PolicyStanding[]> =>
  (await standingsOf(ground, { of: { service }, closely: true, read: readOptions })).map(({ standing }) => standing);
