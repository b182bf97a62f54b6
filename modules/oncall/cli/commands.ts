import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';

/** In the order in which they are applied: people before the schedules that name them, those before policies. */
export const documentKinds: readonly DocumentKind[] = [];

/** `leadline page …`, `leadline oncall …`, `leadline schedule …`. */
export const register = (_program: Command, _context: CliContext): void => undefined;
