import { intake, webhookAddress, type Lines } from './set-up-line.ts';

/** Senders that others run: what is pasted into their console or their command line. */
export const cloudLines = {
  'azure-monitor': (given) => [
    {
      label: 'An action group with the Azure command line',
      language: 'sh',
      code: `az monitor action-group create --resource-group GROUP --name leadline --short-name leadline \\
  --action webhook leadline '${intake(given)}' usecommonalertschema`,
    },
    webhookAddress('By hand: Action group, Webhook, URI; switch on the common alert schema', given),
  ],
  cloudwatch: (given) => [
    {
      label: 'Subscribe a topic with the AWS command line; Leadline confirms it by itself',
      language: 'sh',
      code: `aws sns subscribe --topic-arn TOPIC-ARN --protocol ${given.base.startsWith('https:') ? 'https' : 'http'} --notification-endpoint '${intake(given)}'`,
    },
    {
      label: 'Let an alarm tell the topic of its begin and its end',
      language: 'sh',
      code: "aws cloudwatch put-metric-alarm --cli-input-json '{…}' --alarm-actions TOPIC-ARN --ok-actions TOPIC-ARN",
    },
  ],
  datadog: (given) => [
    webhookAddress('Integrations, Webhooks, New: URL; name it leadline', given),
    {
      label: 'Payload',
      language: 'json',
      code: `{
  "id": "$ID",
  "alert_id": "$ALERT_ID",
  "monitor_id": "$ALERT_ID",
  "aggreg_key": "$AGGREG_KEY",
  "title": "$EVENT_TITLE",
  "body": "$TEXT_ONLY_MSG",
  "alert_title": "$ALERT_TITLE",
  "alert_transition": "$ALERT_TRANSITION",
  "alert_type": "$ALERT_TYPE",
  "alert_scope": "$ALERT_SCOPE",
  "alert_query": "$ALERT_QUERY",
  "priority": "$ALERT_PRIORITY",
  "hostname": "$HOSTNAME",
  "tags": "$TAGS",
  "link": "$LINK",
  "date": "$DATE"
}`,
    },
    { label: 'In the message of the monitors', language: 'text', code: '@webhook-leadline' },
  ],
  'new-relic': (given) => [
    webhookAddress('Alerts, Destinations, Webhook, Endpoint URL', given),
    {
      label: 'Payload template of the workflow',
      language: 'text',
      code: `{
  "issueId": {{ json issueId }},
  "issueUrl": {{ json issuePageUrl }},
  "title": {{ json annotations.title.[0] }},
  "description": {{ json annotations.description.[0] }},
  "priority": {{ json priority }},
  "state": {{ json state }},
  "trigger": {{ json triggerEvent }},
  "createdAt": {{ json createdAt }},
  "closedAt": {{#if closedAt}}{{ json closedAt }}{{else}}null{{/if}},
  "acknowledgedBy": {{#if owner}}{{ json owner }}{{else}}null{{/if}},
  "isCorrelated": {{ json isCorrelated }},
  "impactedEntities": {{ json entitiesData.names }},
  "sources": {{ json accumulations.source }},
  "alertPolicyNames": {{ json accumulations.policyName }},
  "alertConditionNames": {{ json accumulations.conditionName }},
  "workflowName": {{ json workflowName }}
}`,
    },
  ],
} as const satisfies Record<string, Lines>;
