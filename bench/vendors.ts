import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm run proof:vendors`: the real npm clients of PagerDuty and Opsgenie and the `pagerduty_url` and `opsgenie_api_url` receivers of
 * Debian's Alertmanager against the product over TLS, with a certificate of an authority of our own that all of them are told to
 * trust (`NODE_EXTRA_CA_CERTS`, `ca_file`). Both clients bring dozens of packages, some without upkeep, so that they are fetched into
 * a scratch folder and are no dependency of Leadline. Needs openssl and `apt-get install prometheus-alertmanager`.
 */
const clients = ['@pagerduty/pdjs@2.2.4', 'opsgenie-sdk@0.5.1'];

const folder = await mkdtemp(join(tmpdir(), 'leadline-vendors-'));
try {
  await writeCertificates();
  await fetchClients();
  process.exitCode = await run();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** An authority, and a certificate for loopback that it signed. */
async function writeCertificates(): Promise<void> {
  await writeFile(join(folder, 'names.cnf'), 'subjectAltName = DNS:localhost, IP:127.0.0.1\n');
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Leadline-proof-authority');
  openssl('req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost');
  openssl(
    'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names.cnf',
  );
}

function openssl(words: string): void {
  const ran = spawnSync('openssl', words.split(' '), { cwd: folder, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`openssl ${words}: ${ran.error?.message ?? ran.stderr}`);
}

/** Kept between runs where `VENDORS_CLIENTS` names a folder that has them. */
async function fetchClients(): Promise<void> {
  const kept = process.env['VENDORS_CLIENTS'];
  if (kept !== undefined && existsSync(join(kept, 'node_modules/opsgenie-sdk'))) return;
  const into = kept ?? folder;
  await mkdir(into, { recursive: true });
  await writeFile(join(into, 'package.json'), '{"private": true}');
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', into, ...clients];
  const ran = spawnSync('npm', words, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`npm install of the clients: ${ran.error?.message ?? ran.stderr}`);
}

/** In a process of its own: Node reads further authorities only when it starts. */
function run(): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'vendors-run.ts')], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      VENDORS_FOLDER: folder,
      VENDORS_CLIENTS: process.env['VENDORS_CLIENTS'] ?? folder,
      // The old client of Opsgenie warns of what it was built with.
      NODE_NO_WARNINGS: '1',
    },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
