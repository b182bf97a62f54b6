import type { IncomingAlert } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';

/** What alert rules stand on. */
export interface RulesGround extends Pick<
  AlertingGround,
  'clock' | 'postgres' | 'ledger' | 'log' | 'metrics' | 'telemetry' | 'identity' | 'baseUrl'
> {
  /** Tells alerts to the intake: committed when it resolves, and the same told again changes nothing. */
  tell(alerts: readonly IncomingAlert[]): Promise<unknown>;
}
