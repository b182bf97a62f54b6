/** What other modules' servers may ask of alerting: nothing yet. */
export type AlertingDoor = Record<never, never>;
