import { X509Certificate, type KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** Whom an integration trusts beside Amazon. */
export interface Trust {
  /** Hosts, with their ports, that certificates may stand at. */
  readonly hosts: readonly string[];
  /** A root in PEM beside those that Node brings; null: none. */
  readonly authorities: string | null;
}

/** Gets the bytes at an address; throws where they cannot be had. */
export type Get = (address: string, authorities: string | null) => Promise<Buffer>;

const chainMax = 5;
const kept = { entries: 50, milliseconds: 24 * 3_600_000 } as const;
const amazonName = /^sns(-fips)?(\.[a-z0-9-]{3,30})?\.amazonaws\.com(\.cn)?$/u;
const amazonIssuers = /^https?:\/\/([a-z0-9-]+\.)*(amazontrust|digicert)\.com\//u;

/**
 * Certificates that SNS signs with, by address: each is believed once a chain leads from it to a root, every link of it in its time,
 * and it bears the name of SNS. SNS gives out the leaf alone, so that what stands between is asked for where the certificate says.
 */
export const createCertificates = (get: Get) => {
  const known = new Map<string, { readonly key: KeyObject; readonly until: number }>();
  return {
    /** The key of the certificate at `address`; throws an Error in words where it is not to be believed. */
    keyAt: async (address: string, trust: Trust, now: Temporal.Instant): Promise<KeyObject> => {
      const name = JSON.stringify([address, trust.authorities]);
      const found = known.get(name);
      if (found && found.until > now.epochMilliseconds) return found.key;
      const certificates = certificatesIn(await get(address, trust.authorities));
      const [leaf] = certificates;
      if (!leaf) throw new Error('there is no certificate at its address');
      const isOurs = trust.hosts.includes(new URL(address).host);
      if (!isOurs && !namesOf(leaf).some((each) => amazonName.test(each)))
        throw new Error(`its certificate is one of ${leaf.subject.replaceAll('\n', ', ')}`);
      await requireChain(get, leaf, { others: certificates.slice(1), trust, now });
      if (known.size >= kept.entries) known.delete(known.keys().next().value!);
      const until = Math.min(now.epochMilliseconds + kept.milliseconds, Date.parse(leaf.validTo));
      known.set(name, { key: leaf.publicKey, until });
      return leaf.publicKey;
    },
  };
};

const certificatesIn = (bytes: Buffer): readonly X509Certificate[] => {
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu);
  try {
    return (blocks ?? [bytes]).slice(0, chainMax).map((block) => new X509Certificate(block));
  } catch {
    throw new Error('what stands at its address is no certificate');
  }
};

const namesOf = ({ subject, subjectAltName }: X509Certificate): readonly string[] => [
  ...[...subject.matchAll(/^CN=(.+)$/gmu)].map(([, name]) => name!),
  ...(subjectAltName ?? '').split(/,\s*/u).flatMap((each) => (each.startsWith('DNS:') ? [each.slice(4)] : [])),
];

interface Around {
  readonly others: readonly X509Certificate[];
  readonly trust: Trust;
  readonly now: Temporal.Instant;
}

const requireChain = async (get: Get, leaf: X509Certificate, { others, trust, now }: Around): Promise<void> => {
  const roots = [
    ...builtInRoots(),
    ...(trust.authorities === null ? [] : certificatesIn(Buffer.from(trust.authorities))),
  ];
  let current = leaf;
  for (let steps = 0; steps < chainMax; steps += 1) {
    requireTime(current, now);
    const root = roots.find((each) => isIssuer(each, current));
    if (root) return requireTime(root, now);
    const next = others.find((each) => each.ca && isIssuer(each, current)) ?? (await issuerOf(get, current, trust));
    if (!next) break;
    current = next;
  }
  throw new Error('no chain leads from its certificate to a root');
};

const requireTime = ({ validFrom, validTo, subject }: X509Certificate, now: Temporal.Instant): void => {
  const at = now.epochMilliseconds;
  if (Date.parse(validFrom) <= at && at < Date.parse(validTo)) return;
  throw new Error(`the certificate of ${subject.replaceAll('\n', ', ')} is out of its time`);
};

const isIssuer = (issuer: X509Certificate, of: X509Certificate): boolean =>
  of.checkIssued(issuer) && of.verify(issuer.publicKey);

/** By "CA Issuers" of the certificate, where that is an address of Amazon's authority or one of the settings'. */
const issuerOf = async (
  get: Get,
  of: X509Certificate,
  { hosts, authorities }: Trust,
): Promise<X509Certificate | null> => {
  const address = /^CA Issuers - URI:(\S+)$/mu.exec(of.infoAccess ?? '')?.[1];
  if (address === undefined || !URL.canParse(address)) return null;
  if (!amazonIssuers.test(address) && !hosts.includes(new URL(address).host)) return null;
  const [issuer] = certificatesIn(await get(address, authorities));
  return issuer?.ca && isIssuer(issuer, of) ? issuer : null;
};

let roots: readonly X509Certificate[] | null = null;
const builtInRoots = (): readonly X509Certificate[] =>
  (roots ??= rootCertificates.map((each) => new X509Certificate(each)));
