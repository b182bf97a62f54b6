import { createServer as createPlain } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { signedText, snsMessage, type SnsMessage } from '../../../domain/sources/sns.ts';

/** A certificate of ours with its key. */
export interface Issued {
  readonly pem: string;
  readonly der: Buffer;
  readonly keyPem: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: Awaited<ReturnType<typeof newKeys>>;
}

interface Wanted {
  readonly name: string;
  readonly by?: Issued;
  readonly isAuthority?: boolean;
  readonly days?: readonly [from: number, to: number];
  readonly extensions?: readonly x509.Extension[];
}

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const dayMs = 86_400_000;
let serial = 1;

/** Issues a certificate, by another or by itself. */
export const issue = async ({
  name,
  by,
  isAuthority = false,
  days = [-1, 30],
  extensions = [],
}: Wanted): Promise<Issued> => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(2, '0'),
    subject: `CN=${name}`,
    issuer: by?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(Date.now() + days[0] * dayMs),
    notAfter: new Date(Date.now() + days[1] * dayMs),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      ...(isAuthority ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)] : []),
      ...extensions,
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    pem: `${certificate.toString('pem')}\n`,
    der: Buffer.from(certificate.rawData),
    keyPem: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----\n`,
    certificate,
    keys,
  };
};

/** "CA Issuers" of a certificate: where its issuer stands. */
export const issuerAt = (address: string): x509.Extension =>
  new x509.AuthorityInfoAccessExtension({ caIssuers: address });

/** Where a topic keeps its certificates and takes confirmations, over TLS by a root of ours, and plain for what stands between. */
export interface SnsHouse {
  readonly host: string;
  readonly plainHost: string;
  readonly root: Issued;
  readonly middle: Issued;
  /** What is served, by path; a number is answered as that status. */
  readonly served: Map<string, Buffer | string | number>;
  /** Paths asked for, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export const startSnsHouse = async (): Promise<SnsHouse> => {
  const root = await issue({ name: 'Root of the test', isAuthority: true });
  const middle = await issue({ name: 'Middle of the test', by: root, isAuthority: true });
  const names = new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
  const tls = await issue({ name: '127.0.0.1', by: root, extensions: [names] });
  const served = new Map<string, Buffer | string | number>();
  const asked: string[] = [];
  const answer: Parameters<typeof createPlain>[1] = (request, response) => {
    const path = request.url!.split('?', 1)[0]!;
    asked.push(path);
    const found = served.get(path) ?? 404;
    response.statusCode = typeof found === 'number' ? found : 200;
    response.end(typeof found === 'number' ? '' : found);
  };
  const secure = createTls({ cert: tls.pem, key: tls.keyPem }, answer);
  const plain = createPlain(answer);
  for (const server of [secure, plain])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  served.set('/middle.cer', middle.der);
  return {
    host: `127.0.0.1:${(secure.address() as AddressInfo).port}`,
    plainHost: `127.0.0.1:${(plain.address() as AddressInfo).port}`,
    root,
    middle,
    served,
    asked,
    stop: async () => {
      for (const server of [secure, plain])
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
    },
  };
};

/** An envelope as SNS posts it, signed with a key of ours. */
export const signedEnvelope = (signer: Issued, envelope: Readonly<Record<string, string>>): Record<string, string> => {
  const whole = { SignatureVersion: '2', Signature: '', ...envelope };
  const message = snsMessage(whole) as SnsMessage;
  const hash = message.signatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(hash).update(signedText(message)).sign(signer.keyPem, 'base64');
  return { ...whole, Signature: signature };
};
