import { passwordLengthMax, passwordLengthMin } from './limits.ts';

export type PasswordFault = 'too-short' | 'too-long' | 'too-plain' | 'is-your-name';

/** What to tell the person, at the field. */
export const passwordFaultText: Readonly<Record<PasswordFault, string>> = {
  'too-short': `Take at least ${passwordLengthMin} characters; a few words are easy to remember`,
  'too-long': `Take at most ${passwordLengthMax} characters`,
  'too-plain': 'This is among the first that somebody would try',
  'is-your-name': 'This contains little more than your name or e-mail address',
};

/**
 * Why a new password is refused, or null. Length is what counts; no rules about digits and signs
 * (NIST SP 800-63B section 3.1.1.2).
 */
export const passwordFault = (
  password: string,
  about: { readonly name: string; readonly email: string | null },
): PasswordFault | null => {
  if ([...password].length < passwordLengthMin) return 'too-short';
  if (password.length > passwordLengthMax) return 'too-long';
  const plain = password.toLowerCase();
  if (new Set(plain).size < 4 || isCounting(plain) || plainWords.some((word) => withoutFiller(plain) === word))
    return 'too-plain';
  const own = [about.name, about.email, about.email?.split('@')[0]].filter((each) => each != null && each.length >= 4);
  if (own.some((each) => plain.replaceAll(each!.toLowerCase(), '').length < 4)) return 'is-your-name';
  return null;
};

/** Bases that, repeated or with digits behind them, still are the first guesses. */
const plainWords = [
  'password',
  'passwordpassword',
  'qwertyuiop',
  'qwertyuiopasdfghjkl',
  'letmein',
  'letmeinletmein',
  'administrator',
  'changeme',
  'changemechangeme',
  'leadline',
  'leadlineleadline',
  'iloveyou',
  'welcome',
  'abcdefghijkl',
];

const withoutFiller = (text: string): string =>
  text.replace(/[\d!@#$%^&*._-]+$/u, '').replace(/^[\d!@#$%^&*._-]+/u, '');

/** 123456789012, 098765432109: each digit the one before plus or minus one, modulo ten. */
const isCounting = (text: string): boolean => {
  if (!/^\d+$/u.test(text)) return false;
  const steps = new Set<number>();
  for (let place = 1; place < text.length; place++)
    steps.add((Number(text[place]) - Number(text[place - 1]) + 10) % 10);
  return steps.size === 1;
};
