import type { LightMyRequestResponse } from 'fastify';
import type { IntegrationKind } from '../../../domain/alert.ts';
import { anIntegration, startHouse, type House } from '../../integrations/testing/house.ts';
import { registerWebhooks } from '../webhooks.ts';

/** Integrations with every webhook on a real PostgreSQL: what is posted to the intake, and what is on disk then. */
export interface IntakeWorld {
  readonly house: House;
  anIntake(
    kind: IntegrationKind,
    settings?: Record<string, unknown>,
  ): Promise<{ readonly id: string; readonly key: string }>;
  post(key: string, payload: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Alerts of an integration, the oldest first. */
  alertsOf(id: string): Promise<any[]>;
  /** Payloads of an integration, the newest first. */
  payloadsOf(id: string): Promise<any[]>;
  stop(): Promise<void>;
}

export const startIntakeWorld = async (): Promise<IntakeWorld> => {
  let webhooks: { stop(): Promise<void> } | null = null;
  const house = await startHouse(({ ground, integrations }) => {
    webhooks = registerWebhooks(ground, integrations);
  });
  let made = 0;
  const rowsOf = async (query: string, id: string): Promise<any[]> =>
    (await house.postgres.pool.query(query, [id])).rows;
  return {
    house,
    anIntake: (kind, settings = {}) => anIntegration(house.postgres, { name: `${kind}-${++made}`, kind, settings }),
    post: (key, payload, headers = {}) =>
      house.http.fastify.inject({
        method: 'POST',
        url: `/intake/${key}`,
        payload: Buffer.isBuffer(payload) || typeof payload === 'string' ? payload : JSON.stringify(payload),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    alertsOf: (id) =>
      rowsOf(
        `SELECT dedup_key, status, severity, summary, service, labels, annotations, starts_at FROM alerting.alert
         JOIN alerting.alert_body ON alert_id = id WHERE integration_id = $1 ORDER BY id`,
        id,
      ),
    payloadsOf: async (id) => {
      await house.integrations.flush();
      return rowsOf(
        `SELECT faulty, status, error, body, bytes FROM alerting.payload WHERE integration = $1 ORDER BY at DESC, id DESC`,
        id,
      );
    },
    stop: async () => {
      await webhooks?.stop();
      await house.stop();
    },
  };
};
