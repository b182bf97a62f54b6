import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../platform/cli/context.ts';
import { registerBackup } from '../../platform/backup/cli.ts';
import { registerLedger } from '../../platform/ledger/cli.ts';
import { documentKinds as catalogKinds, register as registerCatalog } from '../../modules/catalog/cli/commands.ts';
import { register as registerChanges } from '../../modules/changes/cli/commands.ts';
import { documentKinds as identityKinds, register as registerIdentity } from '../../modules/identity/cli/commands.ts';
import { register as registerTelemetry } from '../../modules/telemetry/cli/commands.ts';

/** Adds each module's commands and gives back the kinds of documents that `apply`, `get` and `delete` know. */
export const registerModules = (program: Command, context: CliContext): readonly DocumentKind[] => {
  registerLedger(program, context);
  registerBackup(program, context);
  registerIdentity(program, context);
  registerCatalog(program, context);
  registerTelemetry(program, context);
  registerChanges(program, context);
  return [...identityKinds, ...catalogKinds];
};
