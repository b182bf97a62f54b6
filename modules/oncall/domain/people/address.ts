import type { Channel } from './rules.ts';

const webAddress = /^https?:\/\/[^\s/?#]+([/?#]\S*)?$/iu;
/** E.164: a plus, the country, at most fifteen digits. */
const phoneNumber = /^\+[1-9]\d{5,14}$/u;
const mailAddress = /^[^\s@]+@[^\s@]+\.?[^\s@]*$/u;

/**
 * What is wrong with an address for its channel, as a sentence, or null. Whether somebody answers there only sending tells;
 * this finds what was mistyped before the night in which it counts.
 */
export const addressFault = (channel: Channel, address: string): string | null => {
  switch (channel) {
    case 'email':
      return mailAddress.test(address) ? null : 'not an e-mail address';
    case 'sms':
    case 'voice':
      return phoneNumber.test(address) ? null : 'not a phone number in the international form, such as +4915112345678';
    case 'webhook':
    case 'teams':
    case 'ntfy':
      return webAddress.test(address) ? null : 'not an address that begins with http:// or https://';
    case 'web-push':
      return isSubscription(address)
        ? null
        : 'not a push subscription of a browser: JSON with endpoint and keys.p256dh and keys.auth';
    case 'slack':
      return null;
  }
};

const isSubscription = (text: string): boolean => {
  try {
    const { endpoint, keys } = JSON.parse(text) as { endpoint?: unknown; keys?: { p256dh?: unknown; auth?: unknown } };
    return (
      typeof endpoint === 'string' &&
      webAddress.test(endpoint) &&
      typeof keys?.p256dh === 'string' &&
      typeof keys.auth === 'string'
    );
  } catch {
    return false;
  }
};
