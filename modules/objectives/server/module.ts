import type { ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import type { TelemetryDoor } from '../../telemetry/server/public.ts';
import { applyGroundOf } from './apply-documents.ts';
import { addBacktestRoutes } from './backtest/routes.ts';
import { startCounting } from './count/start.ts';
import { addCorrectionRoutes } from './corrections/routes.ts';
import { startEvaluating } from './evaluate/start.ts';
import { followOwners } from './follow-owners.ts';
import { addPolicyRoutes, policyFacts, startWatchingPolicies } from './policies/routes.ts';
import type { ObjectivesDoor } from './public.ts';
import { addReportRoutes } from './report-routes.ts';
import { addReviewRoutes } from './reviews/routes.ts';
import { addShareRoutes } from './shares/routes.ts';
import { addRoutes } from './routes.ts';
import { allObjectives } from './store.ts';
import { addSourceRoutes } from './source/routes.ts';
import { addSpentRoutes } from './spent/routes.ts';
import { addSuggestRoutes } from './suggest/routes.ts';
import type { ObjectivesTables } from './tables.ts';

/** Doors of the floors below that objectives stand on. */
export interface ObjectivesDoors {
  readonly identity: IdentityDoor;
  readonly catalog: CatalogDoor;
  readonly telemetry: TelemetryDoor;
}

/** What is promised of each service, how much of it may still go wrong, and who must know when it goes too fast. */
export const objectivesModule: ServerModule<ObjectivesDoors, ObjectivesDoor> = {
  name: 'objectives',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, doors) => {
    const db = ground.postgres.tables<ObjectivesTables>();
    const apply = applyGroundOf(ground, doors);
    addRoutes(ground, apply);
    followOwners(apply);
    addReportRoutes(ground);
    addBacktestRoutes(ground);
    addSuggestRoutes(ground, doors.telemetry.history, apply);
    const spent = addSpentRoutes(ground, doors.telemetry.history);
    addSourceRoutes(ground, doors.identity.secrets);
    addCorrectionRoutes(ground, doors);
    addPolicyRoutes(ground);
    addReviewRoutes(ground, doors);
    addShareRoutes(ground, { catalog: doors.catalog, linkSecrets: doors.identity.linkSecrets });
    const counting = startCounting(ground, doors);
    const evaluating = startEvaluating(ground, counting);
    startWatchingPolicies(ground);
    return {
      stop: evaluating.stop,
      door: {
        objectivesOf: async (service) =>
          (await allObjectives(db)).filter(({ definition }) => definition.service === service).map(({ name }) => name),
        ownerOfObjective: async (name) =>
          (await allObjectives(db)).find((each) => each.name === name)?.definition.owner ?? null,
        policyFacts: (service) => policyFacts(ground, service),
        feedCounts: counting.feed,
        answerMarks: spent.answerMarks,
      },
    };
  },
};
