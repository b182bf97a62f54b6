import type { CliContext } from './context.ts';

/** Whether a command that can do both goes to a server: an address and a token say so. `--data` always means this machine. */
export const meansServer = (context: CliContext): boolean =>
  Boolean(process.env['LEADLINE_URL'] && process.env['LEADLINE_TOKEN']) &&
  context.configuration().origins.data !== 'flag';
