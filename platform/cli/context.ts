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
  /** Two spellings of one thing (`UTC`, `Etc/UTC`) are no difference; absent: only what is written alike is the same. */
  readonly meansSame?: (before: unknown, after: unknown, field: string) => boolean;
  /**
   * Applying replaces the whole `spec`: what a file leaves out takes its default again, and `diff` says so. Absent: what a file leaves out
   * is kept, and not compared.
   */
  readonly replacesWhole?: true;
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

/** One document of a file, before anybody knows what it is. */
export interface FileDocument {
  readonly file: string;
  readonly value: unknown;
}

/** What a family says of one of the documents that it was given, by its number and its own fields. */
export interface FamilyFinding {
  readonly document: number;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** A note is told and stops nothing. */
  readonly level: 'error' | 'note';
}

export interface FamilyResult {
  readonly kind: string;
  readonly name: string;
  readonly result: 'created' | 'changed' | 'unchanged';
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

/** Thrown where the server finds something wrong with documents: told with file, line and column. */
export class FamilyRefusal extends Error {
  readonly findings: readonly FamilyFinding[];
  constructor(findings: readonly FamilyFinding[]) {
    super(`${findings.length} errors in documents`);
    this.name = 'FamilyRefusal';
    this.findings = findings;
  }
}

/**
 * Documents that belong together and are applied as one change, whatever their kinds are called: told by `apiVersion` (or by what
 * stands in its place), because other modules have kinds of the same names.
 */
export interface DocumentFamily {
  /** Each `apiVersion` that it reads, for whoever wrote an unknown one. */
  readonly versions: readonly string[];
  readonly recognises: (value: unknown) => boolean;
  /** Everything that can be said of the documents without a server. */
  readonly check: (values: readonly unknown[]) => readonly FamilyFinding[];
  /** All or nothing; a dry run says what would change. */
  readonly apply: (
    context: CliContext,
    documents: readonly FileDocument[],
    options: { readonly dryRun: boolean },
  ) => Promise<readonly FamilyResult[]>;
  /** Deletes what the documents describe (`delete -f`). */
  readonly remove: (context: CliContext, documents: readonly FileDocument[]) => Promise<void>;
  /** Words that `delete KIND NAME` knows, with what deletes one. */
  readonly named: Readonly<Record<string, (context: CliContext, name: string) => Promise<void>>>;
}
