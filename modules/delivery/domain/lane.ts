/**
 * What a message waits for: a provider, and the host that is called where the message's address names it. Lanes have
 * places of their own, so that a slow provider, or one slow receiver of webhooks, delays nobody else.
 */
export const laneOf = (provider: string, host: string | null): string =>
  host === null ? provider : `${provider} ${host}`;

export const providerOfLane = (lane: string): string => lane.split(' ', 1)[0]!;

/** Lane of messages for which there is no provider at all; they are taken up only to be told as failed. */
export const nobodysLane = 'none';
