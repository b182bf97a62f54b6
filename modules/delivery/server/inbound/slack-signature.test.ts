import { describe, expect, it } from 'vitest';
import { slackSigned } from './slack-signature.ts';

/** The example of Slack's documentation, "Verifying requests from Slack". */
const documented = {
  signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body:
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
    '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
    '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  now: Temporal.Instant.fromEpochMilliseconds(1531420618_000),
};

describe("A chat button counts only under Slack's signature", () => {
  it.each([
    ['the documented example', {}, { good: true }],
    ['five minutes late', { now: documented.now.add({ minutes: 5 }) }, { good: true }],
    ['later still', { now: documented.now.add({ seconds: 301 }) }, { good: false, reason: 'out-of-time' }],
    ['from the future', { now: documented.now.subtract({ seconds: 301 }) }, { good: false, reason: 'out-of-time' }],
    ['another body', { body: `${documented.body}&x=1` }, { good: false, reason: 'wrong-signature' }],
    ['a moved time', { timestamp: '1531420619' }, { good: false, reason: 'wrong-signature' }],
    ['no signature', { signature: undefined }, { good: false, reason: 'unsigned' }],
    ['no time', { timestamp: undefined }, { good: false, reason: 'unsigned' }],
    ['a time that is none', { timestamp: '-1' }, { good: false, reason: 'unsigned' }],
  ])('%s', (_name, changed, expected) => {
    expect(slackSigned({ ...documented, ...changed })).toEqual(expected);
  });
});
