import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { registerLoad } from './load-commands.ts';
import { registerOncallWords, registerPage } from './page-commands.ts';
import { registerContact } from './people/contact-commands.ts';
import { personKind } from './people/person-kind.ts';
import { policyKind } from './policy-kind.ts';
import { registerSchedules } from './schedules/schedule-commands.ts';
import { scheduleKind } from './schedules/schedule-kind.ts';

/** Applied before teams, which name them. */
export const peopleKinds: readonly DocumentKind[] = [personKind];

/** In the order in which they are applied: schedules before the policies that name them. */
export const documentKinds: readonly DocumentKind[] = [scheduleKind, policyKind];

/** `leadline page …`, `leadline oncall …`, `leadline schedule …`. */
export const register = (program: Command, context: CliContext): void => {
  registerPage(program, context);
  registerOncallWords(program, context);
  registerContact(program, context);
  registerSchedules(program, context);
  registerLoad(program, context);
};
