import type { Configuration } from '../config/settings.ts';
import type { RouteShape } from '../../kernel/route.ts';

/** What a module's CLI commands get from `apps/cli`. */
export interface CliContext {
  /** Flags, environment and file, resolved as the server does. */
  configuration(): Configuration;
  /** Calls one route of a contract at `LEADLINE_URL` with `LEADLINE_TOKEN`; throws a Refusal for a problem answer. */
  call<const Shape extends RouteShape>(
    shape: Shape,
    input?: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown },
  ): Promise<any>;
  /** A fetch to the server with the token, for what is not one JSON call (streams). */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Prints rows or a value as `--output` says (table, json, yaml). */
  print(value: unknown, columns?: readonly string[]): void;
  /** Prints text alone on standard output. */
  text(line: string): void;
}

/** Handler of one `kind:` of declarative documents; a module registers it with `apply`. */
export interface DocumentKind {
  readonly kind: string;
  /** The contract's route that applies one document (PUT, idempotent); `file` is where it stands, for what remembers it. */
  readonly apply: (
    context: CliContext,
    document: unknown,
    name: string,
    file?: string,
  ) => Promise<'created' | 'changed' | 'unchanged'>;
  /** `document` is given where a file names the thing (`delete -f`). */
  readonly remove: (context: CliContext, name: string, document?: unknown) => Promise<void>;
  readonly get: (context: CliContext, name: string | null) => Promise<readonly unknown[]>;
  /** zod schema of the whole document; its issues are shown with file, line, column and field. */
  readonly schema: {
    safeParse(value: unknown):
      | { success: true }
      | {
          success: false;
          error: { issues: readonly { path: readonly PropertyKey[]; message: string; keys?: readonly string[] }[] };
        };
  };
}
