import { Refusal } from '../../../../kernel/problem.ts';
import type { Integration } from '../../domain/alert.ts';
import { alertOfLetter } from '../../domain/sources/letter.ts';
import { sampleLetter } from '../../domain/sources/samples.ts';
import type { AlertingGround } from '../ground.ts';
import { tooLarge } from '../integrations/came-body.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { SourceAnswer, SourceCall } from '../integrations/source.ts';
import { checkSettings } from '../sources/source-settings.ts';
import { takeParsed, type TakeGround } from '../sources/take-parsed.ts';
import { readLetter } from './read-letter.ts';

export type MailGround = TakeGround & { readonly delivery: Pick<AlertingGround['delivery'], 'onMail'> };

/**
 * Alerts by e-mail: letters to `alerts+<key>@…` on the mail port of delivery. The sender's server has its 250 once the alert is on
 * disk; what is no letter is refused for good and kept.
 */
export const registerMail = (
  alerting: MailGround,
  integrations: Pick<Integrations, 'registerSource' | 'integrationByKey' | 'take' | 'refuse'>,
): void => {
  integrations.registerSource('email', (call) => takeLetter(alerting, call), {
    checkSettings: checkSettings('email'),
    sample: ({ integration, ...given }) => ({
      method: 'SMTP',
      path: '/mail',
      contentType: 'message/rfc822',
      body: Buffer.from(sampleLetter({ ...given, name: integration.name })),
    }),
  });
  alerting.delivery.onMail('alerts', {
    knows: async (tag) => (await integrations.integrationByKey(tag, ['email'])) !== null,
    take: async ({ tag, raw }) => {
      const integration = await integrations.integrationByKey(tag, ['email']);
      if (!integration) throw new Refusal({ status: 403, code: 'alerting.key-unknown', title: 'No such mailbox here' });
      const answer = await integrations.take(letterOf(integration, raw));
      if (answer.status >= 300)
        throw new Refusal({ status: answer.status, code: 'alerting.letter-refused', title: oneLine(answer.error) });
    },
    tooLarge: async ({ tag, head, bytes, bytesMax }) => {
      const integration = await integrations.integrationByKey(tag, ['email']);
      if (!integration) return;
      const letter = { ...letterOf(integration, head), size: bytes };
      await integrations.refuse(letter, tooLarge({ size: bytes, limit: bytesMax }).problem);
    },
  });
};

const letterOf = (integration: Integration, body: Buffer) => ({
  integration,
  method: 'SMTP',
  path: '/mail',
  query: {},
  headers: {},
  contentType: 'message/rfc822',
  body,
});

const oneLine = (error: string | null): string => (error ?? 'The letter was refused').split('\n', 1)[0]!;

const takeLetter = async (ground: TakeGround, call: SourceCall): Promise<SourceAnswer> => {
  const letter = await readLetter(call.body);
  const { dedupBy } = call.integration.settings;
  const alert = alertOfLetter(letter, dedupBy === 'thread' ? 'thread' : 'subject');
  if (alert === null)
    return {
      status: 200,
      body: { status: 'ignored' },
      error: null,
      outcome: { ignored: 'an out-of-office note or a bounce' },
    };
  return takeParsed(ground, { ...call, notes: [] }, { ok: true, alerts: [alert], notes: [] });
};
