import { describe, expect, it } from 'vitest';
import { importConfig } from './config-import.ts';

/** What an alertmanager.yml says that Leadline does not take along is told, field by field. */
const imported = (config: Record<string, unknown>) =>
  importConfig({ route: { receiver: 'r' }, receivers: [{ name: 'r' }], ...config }, { said: {}, teams: [] });
const told = (config: Record<string, unknown>) =>
  imported(config).findings.map(({ level, where, what }) => `${level} ${where} ${what}`);

describe('Templates', () => {
  it('are told each where they stand, and an address made by one is none', () => {
    const receivers = [
      {
        name: 'r',
        slack_configs: [
          { channel: '#a', title: '{{ .CommonAnnotations.summary }}', fields: [{ title: 'x', value: '{{.Status}}' }] },
        ],
        webhook_configs: [{ url: 'https://hooks.example/{{.CommonLabels.team}}' }],
      },
    ];
    const { route, findings } = imported({ receivers });
    expect(findings.map(({ level, where, what }) => `${level} ${where} ${what}`)).toEqual([
      'lost receivers.r.slack_configs.0.title the template {{ .CommonAnnotations.summary }}',
      'lost receivers.r.slack_configs.0.fields.0.value the template {{.Status}}',
      'lost receivers.r.webhook_configs.0.url the template https://hooks.example/{{.CommonLabels.team}}',
      'asked receivers.r slack_configs, webhook_configs without a readable url',
    ]);
    expect(findings[0]!.why).toContain('annotations');
    expect(route!.to).toEqual([{ owner: true }]);
  });

  it('by the hundred are counted', () => {
    const fields = Array.from({ length: 100 }, () => ({ value: '{{ .Status }}' }));
    const lines = told({ receivers: [{ name: 'r', slack_configs: [{ fields }] }] });
    expect(lines).toHaveLength(22);
    expect(lines).toContain('lost receivers.r 80 more templates');
  });
});

describe('resolve_timeout', () => {
  it.each([
    ['5m', 'note', 'as it is here by default'],
    ['90s', 'asked', 'settings.resolveTimeout: PT1M30S'],
    ['soon', 'lost', 'is no duration'],
  ])('%s is told', (resolve_timeout, level, why) => {
    const [finding] = imported({ global: { resolve_timeout } }).findings.filter(({ where }) =>
      where.startsWith('global'),
    );
    expect(finding).toMatchObject({ level, why: expect.stringContaining(why) });
  });
});

describe('inhibit_test.go TestEmptyInhibitionRule', () => {
  it('an empty rule is no fault, and holds nothing back', () => {
    const { inhibitions, findings } = imported({ inhibit_rules: [null] });
    expect(inhibitions).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ where: 'inhibit_rules.0', level: 'note' }));
  });
});
