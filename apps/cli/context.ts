import { Refusal, type Problem } from '../../kernel/problem.ts';
import type { RouteShape } from '../../kernel/route.ts';
import type { CliContext } from '../../platform/cli/context.ts';
import { loadConfiguration } from '../../platform/config/load.ts';
import type { Configuration } from '../../platform/config/settings.ts';
import { printAs, type OutputForm } from './output.ts';

/** Longest wait for one answer of the server, in milliseconds. */
const answerMsMax = 60_000;

/** `flags` are read when they are needed: commander knows them only after it parsed the line. */
export const createContext = (flags: () => Record<string, unknown>, output: () => OutputForm): CliContext => {
  const configuration = (): Configuration =>
    loadConfiguration({ flags: flags(), environment: process.env, folder: process.cwd() });
  const fetchFromServer = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const base = serverUrl(configuration);
    const token = process.env['LEADLINE_TOKEN'];
    const headers = new Headers(init.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    try {
      return await fetch(new URL(path, base), { ...init, headers, redirect: 'error' });
    } catch (error) {
      throw new Refusal({
        status: 503,
        code: 'cli.no-server',
        title: `No Leadline answers at ${base}`,
        detail: `${reasonOf(error)}. Start it with \`leadline serve\`, or set LEADLINE_URL.`,
      });
    }
  };
  return {
    configuration,
    fetch: fetchFromServer,
    call: async (shape, input = {}) => {
      const response = await fetchFromServer(pathOf(shape, input), {
        method: shape.method,
        signal: AbortSignal.timeout(answerMsMax),
        ...(input.body === undefined
          ? {}
          : { body: JSON.stringify(input.body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (!response.ok) throw new Refusal(problemFrom(response, text));
      return text === '' ? undefined : JSON.parse(text);
    },
    print: (value, columns) => printAs(output(), value, columns),
    text: (line) => void process.stdout.write(`${line}\n`),
  };
};

const serverUrl = (configuration: () => Configuration): string => {
  const named = process.env['LEADLINE_URL'];
  if (named) return named.endsWith('/') ? named : `${named}/`;
  const { tlsCert, port } = configuration().values;
  return `${tlsCert ? 'https' : 'http'}://127.0.0.1:${port}/`;
};

const pathOf = (
  shape: RouteShape,
  input: { params?: Record<string, string>; query?: Record<string, unknown> },
): string => {
  const path = shape.path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(input.params?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) query.append(name, String(each));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
};

const problemFrom = (response: Response, text: string): Problem => {
  try {
    const body = JSON.parse(text) as Problem;
    if (typeof body.code === 'string') return body;
  } catch {
    // Not from us: a proxy, or another program on this port. Told below with what it said.
  }
  return {
    status: response.status,
    code: 'cli.not-leadline',
    title: `The server answered ${response.status}`,
    detail: text.slice(0, 300),
  };
};

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
