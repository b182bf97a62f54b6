import type { FieldError, Problem } from '../../../../kernel/problem.ts';
import type { Integration } from '../../domain/alert.ts';

/** One request of a sender, as it came. */
export interface SourceCall {
  readonly integration: Integration;
  /** Under which it is kept: hand it to `accept`, so that an alert leads to what it was made of. */
  readonly payloadId: string;
  readonly method: string;
  /** As asked for, without the query and without the key: `/intake`, `/v2/alerts/9f…/close`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in small letters; without what signs the sender in. */
  readonly headers: Readonly<Record<string, string>>;
  /** In small letters, without parameters: `application/json`; '' where none was said. */
  readonly contentType: string;
  readonly body: Buffer;
  /** How many bytes came, where `body` is only the beginning of them. */
  readonly size?: number;
  /** It is played again from what was kept. */
  readonly isReplay: boolean;
}

export interface SourceAnswer {
  readonly status: number;
  /** An object is sent as JSON, a text as plain text; absent: nothing. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What was wrong with the payload, for whoever looks at it; null: it was understood. */
  readonly error: string | null;
  /** It was only asked for something, or pinged: nothing is kept and counted, so that what counts is not pushed out. */
  readonly isRead?: true;
  /** What became of it: mostly what `accept` gave back. Kept with the payload, in bounds. */
  readonly outcome?: unknown;
}

/** Understands what one kind of sender sends. A thrown Refusal is answered in the source's own form and the payload kept as faulty. */
export type SourceHandler = (call: SourceCall) => Promise<SourceAnswer>;

export interface SourceOptions {
  /** A refusal in the source's own form; absent: RFC 9457. */
  readonly refuse?: (problem: Problem) => Pick<SourceAnswer, 'status' | 'body' | 'headers'>;
  /** What is wrong with the settings of an integration of this kind, `path` below `settings`. */
  readonly checkSettings?: (settings: Record<string, unknown>) => readonly FieldError[];
  /** Settings that are secrets: encrypted at rest, never shown again. */
  readonly secretSettings?: readonly string[];
  /** A request as the sender would make it, for "send a test". Absent: a plain alert is handed in. */
  readonly sample?: (given: SampleGiven) => SampleCall;
}

export interface SampleGiven {
  readonly integration: Integration;
  readonly now: Temporal.Instant;
  /** Different for each test, so that each is a new alert. */
  readonly id: string;
  /** What whoever tests wants it to say: a service, a severity. */
  readonly labels: Readonly<Record<string, string>>;
}

export type SampleCall = Pick<SourceCall, 'body' | 'contentType'> &
  Partial<Pick<SourceCall, 'method' | 'path' | 'query' | 'headers'>>;

export interface Source {
  readonly handle: SourceHandler;
  readonly options: SourceOptions;
}
