/** Names in small letters, one entry a header line, as they stand in the mail. */
export type MailHeaders = readonly { readonly key: string; readonly value: string }[];

/**
 * Was this written by a program: an out-of-office note, a bounce, a list? Such a mail answers nothing (RFC 3834 section 2),
 * and taking "I am away until Monday" for an answer at night would be the worst of all.
 */
export const isAutomatic = (headers: MailHeaders, envelopeFrom: string): boolean => {
  if (envelopeFrom.trim() === '' || /^(mailer-daemon|postmaster)@/i.test(envelopeFrom)) return true;
  const value = (name: string): string | undefined =>
    headers
      .find(({ key }) => key === name)
      ?.value.trim()
      .toLowerCase();
  const submitted = value('auto-submitted');
  if (submitted !== undefined && !/^no\b/.test(submitted)) return true;
  if (['bulk', 'junk', 'list', 'auto_reply'].includes(value('precedence') ?? '')) return true;
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply'].some((name) => value(name) !== undefined)) return true;
  if (value('list-id') !== undefined) return true;
  return /^multipart\/report\b/.test(value('content-type') ?? '');
};

/** The reply token behind the plus of our address (`leadline+page.k3v9@…`); null for the address alone, undefined for another. */
export const tokenInAddress = (address: string, ours: string): string | null | undefined => {
  const [own, given] = [ours, address].map((each) => {
    const at = each.lastIndexOf('@');
    return { local: each.slice(0, at).toLowerCase(), domain: each.slice(at + 1).toLowerCase() };
  });
  if (given!.domain !== own!.domain) return undefined;
  if (given!.local === own!.local) return null;
  if (!given!.local.startsWith(`${own!.local}+`)) return undefined;
  const token = given!.local.slice(own!.local.length + 1);
  return /^[a-z]{1,20}\.[a-z0-9.-]{1,60}$/.test(token) ? token : undefined;
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** What a person wrote in a mail that has no plain text: without what is quoted, tags and entities. */
export const textOfHtml = (html: string): string =>
  html
    .replace(/<(style|script|head)\b[^>]*>.*?<\/\1\s*>/gis, ' ')
    .replace(/<(blockquote\b|div[^>]*\b(gmail_quote|moz-cite-prefix|divRplyFwdMsg|appendonsend)\b).*$/is, ' ')
    .replace(/<(br|\/p|\/div|\/li|\/tr|\/h\d)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
    })
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
