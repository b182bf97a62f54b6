/** PostgreSQL tables of alerting, as Kysely sees them. */
export interface AlertingTables {
  'alerting.holding': { matter: string; name: string; urgency: 'high' | 'low'; since: Date };
  'alerting.decision': {
    place: string;
    step: number;
    at: Date;
    kind: string;
    subject: string;
    did: 'raised' | 'counted' | 'resolved' | 'nothing' | 'unpaged';
    key: string | null;
    urgency: 'high' | 'low' | null;
    target: string | null;
    reason: string;
    page: string | null;
    alert: string | null;
  };
}

export type DecisionRow = AlertingTables['alerting.decision'];
