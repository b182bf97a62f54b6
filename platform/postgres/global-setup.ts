import { startTestServer, testPrefixVariable, testServerVariable } from './for-tests.ts';

/** vitest's global set-up: one PostgreSQL for a whole run, stopped and removed at its end. */
export const setup = async (): Promise<() => Promise<void>> => {
  const server = await startTestServer();
  process.env[testServerVariable] = server.url;
  process.env[testPrefixVariable] = server.prefix;
  return () => server.stop();
};
