import type { AuditEntry } from '../contract/audit.ts';

/** What can be filtered for: a word for people, and the kinds of events behind it. */
export const auditTopics: readonly { readonly value: string; readonly label: string; readonly kinds: string }[] = [
  { value: 'sign-in', label: 'Signing in', kinds: 'session.*,sign-in.*,recovery-code.used' },
  {
    value: 'credentials',
    label: 'Passwords and second factors',
    kinds: 'password.*,password-reset.*,totp.*,passkey.*,recovery-codes.*,second-factor.*,sso-identity.*',
  },
  { value: 'people', label: 'People', kinds: 'person.*,organisation.*' },
  { value: 'teams', label: 'Teams', kinds: 'team.*' },
  { value: 'tokens', label: 'Tokens', kinds: 'token.*' },
  { value: 'sso', label: 'Single sign-on providers', kinds: 'sso-provider.*' },
];

const sentences: Readonly<Record<string, string>> = {
  'organisation.set-up': 'set Leadline up',
  'organisation.changed': 'renamed the organisation',
  'person.invited': 'invited {name}',
  'person.joined': 'joined',
  'person.signed-up': '{name} came by single sign-on',
  'person.changed': 'changed {name}',
  'person.disabled': 'disabled {name}',
  'person.enabled': 'enabled {name}',
  'password-reset.offered': 'made a password link for {name}',
  'password.reset': 'set a new password by a link',
  'password.changed': 'changed the password',
  'second-factor.removed': 'removed the second factor of {name}',
  'totp.enabled': 'set up an authenticator app',
  'totp.disabled': 'removed the authenticator app',
  'passkey.added': 'added the passkey {name}',
  'passkey.removed': 'removed the passkey {name}',
  'recovery-codes.made': 'made new recovery codes',
  'recovery-code.used': 'used a recovery code',
  'session.begun': 'gave the right password, second factor missing',
  'session.started': 'signed in',
  'session.confirmed': 'confirmed who they are',
  'session.ended': 'ended a session',
  'sign-in.refused': 'refused a sign-in',
  'token.created': 'made the token {name}',
  'token.revoked': 'revoked the token {name}',
  'team.created': 'made the team {displayName}',
  'team.changed': 'changed the team {displayName}',
  'team.removed': 'removed the team {displayName}',
  'sso-provider.created': 'added a sign-on provider',
  'sso-provider.changed': 'changed a sign-on provider',
  'sso-provider.removed': 'removed a sign-on provider',
  'sso-identity.linked': 'linked an account at {provider}',
  'sso-identity.unlinked': 'unlinked an account at a provider',
};

/** What somebody did, in words; kinds of other modules are read out as they are: `service.described`. */
export const sentenceOfEntry = (entry: Pick<AuditEntry, 'kind' | 'data'>): string => {
  const sentence = sentences[entry.kind];
  if (sentence === undefined) return entry.kind.replace('.', ' ').replaceAll('-', ' ');
  return sentence.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    typeof entry.data[name] === 'string' ? (entry.data[name] as string) : '…',
  );
};

/** What a change is about, by name where the event tells it: ids say nothing to people. */
export const aboutOfEntry = (entry: Pick<AuditEntry, 'subject' | 'actor' | 'data'>): string => {
  const [word = '', id = ''] = entry.subject.split(/:(.*)/s);
  if (id === '') return word;
  if (id === entry.actor.id) return `${word} ${entry.actor.name}`;
  const looksLikeId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id);
  const name = entry.data['name'];
  return `${word} ${looksLikeId && typeof name === 'string' ? name : id}`;
};
