/** One text to paste at a sender. */
export interface SetUpLine {
  /** Where it goes. */
  readonly label: string;
  readonly language: 'yaml' | 'json' | 'sh' | 'javascript' | 'text';
  readonly code: string;
}

export interface SetUp {
  /** Without a slash at the end. */
  readonly base: string;
  readonly key: string;
  /** Domain whose e-mail reaches Leadline; null: none. */
  readonly mailDomain: string | null;
}

export type Lines = (given: SetUp) => readonly SetUpLine[];

/** The address of a webhook, with its key. */
export const intake = ({ base, key }: Pick<SetUp, 'base' | 'key'>): string => `${base}/intake/${key}`;

/** Parts of an address, for senders that want them apart; the path without a slash at the end. */
export const addressOf = (
  base: string,
): { readonly scheme: string; readonly host: string; readonly pathname: string } => {
  const found = /^(https?):\/\/([^/]+)(\/.*)?$/u.exec(base);
  return { scheme: found?.[1] ?? 'https', host: found?.[2] ?? base, pathname: (found?.[3] ?? '').replace(/\/$/u, '') };
};

export const webhookAddress = (label: string, given: SetUp): SetUpLine => ({
  label,
  language: 'text',
  code: intake(given),
});
