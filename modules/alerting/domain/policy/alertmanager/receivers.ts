import type { RouteTarget } from '../route.ts';
import { mappings, text, type Finding, type Said } from './config-reading.ts';
import { isTemplate, tellTemplates } from './templates.ts';

/** What the receivers of an alertmanager.yml become: said by whoever imports, else by what the receiver says. */
export interface ReceiverChoices {
  /** By the receiver's name. */
  readonly said: Readonly<Record<string, readonly RouteTarget[]>>;
  /** Teams that there are. */
  readonly teams: readonly string[];
}

/** Targets of each receiver by its name, with what is asked of whoever imports. */
export const receiversFrom = (
  config: Said,
  choices: ReceiverChoices,
  findings: Finding[],
): ReadonlyMap<string, readonly RouteTarget[]> => {
  const found = new Map<string, readonly RouteTarget[]>();
  for (const [index, said] of mappings(config['receivers']).entries()) {
    const name = text(said['name']) ?? `unnamed ${index}`;
    tellTemplates(said, `receivers.${name}`, findings);
    found.set(name, targetsOf(said, { name, choices, findings }));
  }
  for (const name of Object.keys(choices.said))
    if (!found.has(name))
      findings.push({
        where: `receivers.${name}`,
        what: 'a choice',
        why: 'there is no receiver of this name',
        level: 'note',
      });
  return found;
};

const targetsOf = (
  said: Said,
  {
    name,
    choices,
    findings,
  }: { readonly name: string; readonly choices: ReceiverChoices; readonly findings: Finding[] },
): readonly RouteTarget[] => {
  const where = `receivers.${name}`;
  const kinds = Object.keys(said).filter((field) => field.endsWith('_configs') && mappings(said[field]).length > 0);
  const chosen = choices.said[name];
  if (chosen !== undefined) {
    for (const what of kinds) findings.push({ where, what, why: `now ${words(chosen)}, as you said`, level: 'note' });
    return chosen;
  }
  const webhooks = webhooksOf(said, where, findings);
  const people = kinds.filter((kind) => kind !== 'webhook_configs');
  const missed = mappings(said['webhook_configs']).length - webhooks.length;
  if (people.length === 0 && missed === 0) {
    if (webhooks.length === 0)
      findings.push({ where, what: 'a receiver without anything', why: 'tells nobody, as it did', level: 'note' });
    return webhooks;
  }
  const team = teamLike(name, choices.teams);
  const target: RouteTarget = team === null ? { owner: true } : { team };
  const reached = [...people, ...(missed > 0 ? ['webhook_configs without a readable url'] : [])].join(', ');
  findings.push({
    where,
    what: reached,
    why: `taken as ${words([target])}${team === null ? '' : ', which has that name'}; say another by --receiver ${JSON.stringify(name)}=team:NAME (or policy:, person:, owner, nobody)`,
    level: 'asked',
  });
  return [target, ...webhooks];
};

const webhooksOf = (said: Said, where: string, findings: Finding[]): RouteTarget[] =>
  mappings(said['webhook_configs']).flatMap((each, index): RouteTarget[] => {
    const url = text(each['url']);
    const place = `${where}.webhook_configs.${index}`;
    for (const what of ['http_config', 'max_alerts', 'timeout', 'payload'])
      if (each[what] !== undefined && each[what] !== null)
        findings.push({
          where: place,
          what,
          why: 'webhooks of Leadline are signed and have no such setting',
          level: 'lost',
        });
    if (url === null || isTemplate(url) || !/^https?:\/\/[^<>\s]+$/u.test(url)) return [];
    return [{ webhook: { url, format: 'alertmanager', sendResolved: each['send_resolved'] !== false } }];
  });

/** `team-payments`, `Payments pager` and `payments` are the team payments. */
const teamLike = (name: string, teams: readonly string[]): string | null => {
  const parts = name
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((part) => part !== '');
  const whole = parts.join('-');
  return (
    teams.find((team) => team === whole) ??
    teams.find((team) => parts.filter((part) => !fillers.includes(part)).join('-') === team) ??
    null
  );
};
const fillers = [
  'team',
  'pager',
  'page',
  'pages',
  'pagerduty',
  'opsgenie',
  'slack',
  'mail',
  'mails',
  'email',
  'email',
  'oncall',
  'receiver',
  'alerts',
];

/** Targets in words. */
export const words = (targets: readonly RouteTarget[]): string =>
  targets.length === 0 ? 'nobody' : targets.map(targetName).join(' and ');

export const targetName = (target: RouteTarget): string => {
  if ('team' in target) return `team ${target.team}`;
  if ('policy' in target) return `policy ${target.policy}`;
  if ('person' in target) return `person ${target.person}`;
  if ('webhook' in target) return `webhook ${target.webhook.url}`;
  return 'the owner of the service';
};

/** `team:payments`, `policy:night`, `person:ada`, `owner`, `nobody`; null for anything else. */
export const targetFrom = (said: string): readonly RouteTarget[] | null => {
  if (said === 'owner') return [{ owner: true }];
  if (said === 'nobody') return [];
  const [kind, ...rest] = said.split(':');
  const name = rest.join(':');
  if (name === '') return null;
  if (kind === 'team') return [{ team: name }];
  if (kind === 'policy') return [{ policy: name }];
  if (kind === 'person') return [{ person: name }];
  return kind === 'webhook' ? [{ webhook: { url: name, format: 'alertmanager', sendResolved: true } }] : null;
};
