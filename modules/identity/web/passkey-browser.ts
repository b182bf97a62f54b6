import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { ApiProblem } from '../../../ui/api.ts';

type Options = Record<string, unknown>;

/** Whether this browser has passkeys at all; only on https and on localhost. */
export const hasPasskeys = (): boolean => browserSupportsWebAuthn();

/** Asks the browser for a new passkey; gives back what the server verifies. */
export const createPasskey = async (options: Options): Promise<Options> => {
  const answer = await inOurWords(() =>
    startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'] }),
  );
  return answer as unknown as Options;
};

/** Asks the browser to sign a challenge with a passkey. */
export const presentPasskey = async (options: Options): Promise<Options> => {
  const answer = await inOurWords(() =>
    startAuthentication({
      optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'],
    }),
  );
  return answer as unknown as Options;
};

const words: Record<string, string> = {
  NotAllowedError: 'The request was cancelled or took too long.',
  InvalidStateError: 'This device has a passkey for you already.',
  SecurityError: 'Passkeys work only under the address that Leadline is known by, over https or on localhost.',
  AbortError: 'The request was cancelled.',
};

const inOurWords = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
  try {
    return await ask();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new ApiProblem({
      status: 0,
      code: 'page.passkey-failed',
      title: 'The passkey was not used',
      detail: words[name] ?? (error instanceof Error ? error.message : String(error)),
    });
  }
};
