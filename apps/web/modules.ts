import type { WebModule } from '../../ui/navigation.ts';
import * as alerting from '../../modules/alerting/web/routes.ts';
import * as catalog from '../../modules/catalog/web/routes.ts';
import * as changes from '../../modules/changes/web/routes.ts';
import * as delivery from '../../modules/delivery/web/routes.ts';
import * as identity from '../../modules/identity/web/routes.ts';
import * as oncall from '../../modules/oncall/web/routes.ts';
import * as objectives from '../../modules/objectives/web/routes.ts';
import * as probes from '../../modules/probes/web/routes.ts';
import * as telemetry from '../../modules/telemetry/web/routes.ts';

/** The modules' screens, from the lowest floor up. */
export const webModules: readonly WebModule[] = [
  identity,
  catalog,
  delivery,
  telemetry,
  probes,
  oncall,
  objectives,
  changes,
  alerting,
];
