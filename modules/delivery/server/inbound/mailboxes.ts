import { mailboxNames, type Mailbox, type MailboxName, type TooLargeMail } from '../public.ts';

/** What programs send has charts in it. */
export const mailboxLimits = {
  bytes: 5 * 1024 * 1024,
  /** Of a letter that is longer: so much is shown to whose it is. */
  headBytes: 256 * 1024,
  tagLength: 64,
} as const;

export interface MailboxAddress {
  readonly name: MailboxName;
  readonly tag: string;
}

/** Mailboxes of other modules: `alerts+<tag>@<domain of our address>`. */
export interface Mailboxes {
  on(name: MailboxName, mailbox: Mailbox): void;
  /** Null: no address of a mailbox. */
  addressOf(address: string, ours: string): MailboxAddress | null;
  /** Throws where nobody takes the mailbox yet: the program is starting, and a letter refused for good would be lost. */
  knows(address: string, ours: string): Promise<boolean>;
  take(address: MailboxAddress, raw: Buffer): Promise<void>;
  tooLarge(address: MailboxAddress, mail: Omit<TooLargeMail, 'tag'>): Promise<void>;
}

export const createMailboxes = (): Mailboxes => {
  const mailboxes = new Map<MailboxName, Mailbox>();
  const mailboxOf = (name: MailboxName): Mailbox => {
    const mailbox = mailboxes.get(name);
    if (!mailbox) throw new Error(`nobody takes letters to ${name} yet`);
    return mailbox;
  };
  return {
    on: (name, mailbox) => void mailboxes.set(name, mailbox),
    addressOf,
    knows: async (address, ours) => {
      const found = addressOf(address, ours);
      return found !== null && (await mailboxOf(found.name).knows(found.tag));
    },
    take: ({ name, tag }, raw) => mailboxOf(name).take({ tag, raw }),
    tooLarge: async ({ name, tag }, mail) => mailboxOf(name).tooLarge?.({ tag, ...mail }),
  };
};

const addressOf = (address: string, ours: string): MailboxAddress | null => {
  const [local, domain] = partsOf(address);
  const [, own] = partsOf(ours);
  const plus = local.indexOf('+');
  const name = mailboxNames.find((each) => each === local.slice(0, Math.max(0, plus)));
  const tag = local.slice(plus + 1);
  if (name === undefined || domain !== own || tag.length > mailboxLimits.tagLength) return null;
  return /^[a-z0-9-]+$/.test(tag) ? { name, tag } : null;
};

const partsOf = (address: string): readonly [string, string] => {
  const at = address.lastIndexOf('@');
  return [address.slice(0, at).toLowerCase(), address.slice(at + 1).toLowerCase()];
};
