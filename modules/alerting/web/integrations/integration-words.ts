import { formatAgo } from '../../../../ui/format/moment.ts';
import { formatCount } from '../../../../ui/format/quantity.ts';
import type { Status } from '../../../../ui/status.ts';
import type { ShownIntegration } from '../../contract/integrations.ts';

/** How an integration is, in a word: what it is not heard of says nothing bad, what it says wrongly does. */
export const stateOf = (integration: ShownIntegration): { readonly status: Status; readonly label: string } => {
  if (!integration.enabled) return { status: 'none', label: 'Off' };
  if (integration.faultyLastDay > 0)
    return { status: 'warn', label: `${formatCount(integration.faultyLastDay)} faulty today` };
  if (integration.lastReceivedAt !== null) return { status: 'good', label: 'Heard' };
  return { status: 'none', label: integration.builtIn ? 'Built in' : 'Not heard yet' };
};

/** How much came, and when last. */
export const heardOf = ({ receivedLastDay, lastReceivedAt }: ShownIntegration): string =>
  lastReceivedAt === null
    ? 'nothing yet'
    : `${formatCount(receivedLastDay)} in 24 h, last ${formatAgo(lastReceivedAt)}`;

/** A body as people read it: JSON indented, anything else as it is. */
export const readableBody = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};
