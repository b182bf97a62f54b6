import type { Command } from 'commander';
import type { CliContext } from '../../platform/cli/context.ts';
import { registerBackup } from '../../platform/backup/cli.ts';
import { registerLedger } from '../../platform/ledger/cli.ts';
import { documentKinds as alertingKinds, register as registerAlerting } from '../../modules/alerting/cli/commands.ts';
import { documentKinds as catalogKinds, register as registerCatalog } from '../../modules/catalog/cli/commands.ts';
import { register as registerChanges } from '../../modules/changes/cli/commands.ts';
import { documentKinds as deliveryKinds, register as registerDelivery } from '../../modules/delivery/cli/commands.ts';
import { documentKinds as identityKinds, register as registerIdentity } from '../../modules/identity/cli/commands.ts';
import {
  documentFamilies as objectivesFamilies,
  documentKinds as objectivesKinds,
  register as registerObjectives,
} from '../../modules/objectives/cli/commands.ts';
import {
  documentKinds as oncallKinds,
  peopleKinds,
  register as registerOncall,
} from '../../modules/oncall/cli/commands.ts';
import { documentKinds as probesKinds, register as registerProbes } from '../../modules/probes/cli/commands.ts';
import { register as registerTelemetry } from '../../modules/telemetry/cli/commands.ts';
import type { KnownDocuments } from './check-files.ts';

/** Adds each module's commands and gives back the documents that `apply`, `diff`, `get` and `delete` know. */
export const registerModules = (program: Command, context: CliContext): KnownDocuments => {
  registerLedger(program, context);
  registerBackup(program, context);
  registerIdentity(program, context);
  registerCatalog(program, context);
  registerDelivery(program, context);
  registerTelemetry(program, context);
  registerProbes(program, context);
  registerOncall(program, context);
  registerObjectives(program, context);
  registerChanges(program, context);
  registerAlerting(program, context);
  return {
    kinds: [
      ...peopleKinds,
      ...identityKinds,
      ...catalogKinds,
      ...deliveryKinds,
      ...probesKinds,
      ...oncallKinds,
      ...objectivesKinds,
      ...alertingKinds,
    ],
    families: [...objectivesFamilies],
  };
};
