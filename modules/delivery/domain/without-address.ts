const insteadOfIt = '(the address)';
/** A shorter part would be found in words that have nothing to do with it. */
const partLengthMin = 6;

/**
 * What a provider said, without the address that it was about: everybody who may read a page reads its timeline, but a
 * person's addresses are for that person and for admins. Servers like to repeat them: `550 <p1@example.org> unknown`.
 */
export const withoutAddress = (text: string, address: string): string =>
  [address, ...partsOf(address)]
    .filter((part) => part.length >= partLengthMin)
    .reduce((left, part) => left.replaceAll(new RegExp(escaped(part), 'gi'), insteadOfIt), text);

/** Of a web address its host and its path tell as much as the whole; of a phone number its digits. */
const partsOf = (address: string): readonly string[] => {
  const [, host = '', path = ''] = /^https?:\/\/(?:[^/@]*@)?([^/?#]+)([^#]*)/i.exec(address) ?? [];
  const digits = /^\+\d+$/.test(address) ? address.slice(1) : '';
  return [path, host, host.replace(/:\d+$/, ''), digits];
};

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
