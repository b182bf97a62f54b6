import type { Ground } from '../../../platform/module/ground.ts';
import * as contract from '../contract.ts';
import * as commands from './commands.ts';

/** Puts the routes that change objectives on the HTTP ground; what reads them stands in `report-routes.ts`. */
export const addRoutes = (ground: Ground): void => {
  const { http } = ground;
  http.route(
    contract.deleteObjective,
    ({ params, signedIn }) => commands.deleteObjective(ground, signedIn(), params.name) as never,
  );
};
