import { createAnswerOnce } from '../inbound/answer-once.ts';
import type { Channel, ChannelGround } from './channel.ts';
import { createEmail } from './email/channel.ts';
import { createHttpGateway } from './http-gateway/channel.ts';
import { createNtfy } from './ntfy/channel.ts';
import { createSlack } from './slack/channel.ts';
import { createTeams } from './teams/channel.ts';
import { createTwilio } from './twilio/channel.ts';
import { createWebPush } from './web-push/channel.ts';
import { createWebhook } from './webhook/channel.ts';
import type { SigningSecretOf } from './webhook/signing-key.ts';
import { keepVapidKeys } from './web-push/store.ts';

/** Every channel that there is; a further one is a file beside this one and a line here. */
export const createChannels = (ground: ChannelGround, signingSecretOf: SigningSecretOf): readonly Channel[] => {
  const once = createAnswerOnce(ground.postgres);
  return [
    createEmail(ground),
    createWebhook(ground, signingSecretOf),
    createWebPush(ground, keepVapidKeys(ground.postgres, ground.secrets)),
    createSlack(ground, once),
    createTeams(ground),
    createNtfy(ground),
    createTwilio(ground, once),
    createHttpGateway(ground, once),
  ];
};
