import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Is this `X-Twilio-Signature` the one of Twilio's account? HMAC-SHA1 under the auth token over the address and every
 * parameter of the form, sorted (https://www.twilio.com/docs/usage/security). `url` is the address as Twilio knows it, so it
 * is built from the public one, not from what a proxy passed on. Twilio signs now with, now without the port.
 */
export const twilioSigned = (options: {
  readonly authToken: string;
  readonly url: string;
  readonly form: URLSearchParams;
  readonly signature: string | undefined;
}): boolean => {
  if (options.signature === undefined) return false;
  const given = Buffer.from(options.signature);
  return spellings(options.url).some((url) => {
    const expected = Buffer.from(
      createHmac('sha1', options.authToken)
        .update(url + parametersOf(options.form))
        .digest('base64'),
    );
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
};

/** Name and value of each parameter, by name; several values of one name by value, each once, as Twilio's own libraries do. */
const parametersOf = (form: URLSearchParams): string =>
  [...new Set(form.keys())]
    .toSorted()
    .flatMap((name) => [...new Set(form.getAll(name))].toSorted().map((value) => name + value))
    .join('');

const spellings = (text: string): string[] => {
  const parts = /^(https?):\/\/((?:[^/?#@]*@)?)([^/?#:]+|\[[^\]]*\])(?::(\d+))?(.*)$/s.exec(text);
  if (!parts) return [text];
  const [, scheme, account, host, port, rest] = parts;
  const standard = scheme === 'https' ? '443' : '80';
  return [`${scheme}://${account}${host}${rest}`, `${scheme}://${account}${host}:${port ?? standard}${rest}`];
};
