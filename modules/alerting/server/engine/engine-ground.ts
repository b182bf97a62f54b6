import type { AlertingGround } from '../ground.ts';

/** What the engine stands on. */
export type EngineGround = Pick<
  AlertingGround,
  'postgres' | 'config' | 'log' | 'ledger' | 'metrics' | 'baseUrl' | 'catalog' | 'oncall' | 'delivery'
>;

export const alertingActor = { kind: 'system', id: 'alerting', name: 'Alerting' } as const;
/** Source of the pages that alerts raise. */
export const pageSource = 'alert';
export const groupKeyPrefix = 'group:';
