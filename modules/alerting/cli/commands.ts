import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { registerAlertmanagerConfig } from './alertmanager-config.ts';
import { registerAlert } from './alerts.ts';
import { integrationKind, registerIntegrations } from './integrations.ts';
import { registerMapping } from './mapping.ts';
import { registerNoise } from './noise.ts';
import { inhibitionKind, routeKind, silenceKind } from './policy-kinds.ts';
import { registerPolicy } from './policy.ts';
import { registerRules, ruleKind } from './rules.ts';

/** In the order in which they are applied. */
export const documentKinds: readonly DocumentKind[] = [
  integrationKind,
  ruleKind,
  routeKind,
  inhibitionKind,
  silenceKind,
];

/** `leadline alert …`, `leadline integration …`, `leadline route …`, `leadline silence …`: each part adds its own. */
export const register = (program: Command, context: CliContext): void => {
  registerAlert(program, context);
  registerIntegrations(program, context);
  registerMapping(program, context);
  registerRules(program, context);
  registerPolicy(program, context);
  registerAlertmanagerConfig(program, context);
  registerNoise(program, context);
};
