import { availableParallelism } from 'node:os';
import { Failure } from './failure.ts';
import { limits } from './limits.ts';
import type { Lane } from './queue.ts';
import { quote } from '../quote.ts';

/** Names in the URL that belong to the HTTP interface and not to the statement. */
const ofTheInterface = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'compress',
  'decompress',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'wait_end_of_query',
  'buffer_size',
  'add_http_cors_header',
  'cancel_http_readonly_queries_on_client_close',
  'http_write_exception_in_output_format',
  'http_response_headers',
  'stacktrace',
  'client_protocol_version',
]);
/** Names that promise something a request here does not have. */
const refused = new Set(['session_id', 'session_timeout', 'session_check', 'role', 'profile']);
const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export interface RequestSettings {
  /** `SET …;` that opens the statement's own connection. */
  readonly prelude: string;
  readonly executionMs: number;
}

/**
 * What one request asks for, as the `SET` that precedes its statement on a connection that lives for this statement only.
 * Time and memory are always there and never above the engine's own bounds.
 */
export const requestSettings = (params: URLSearchParams, queryId: string, lane: Lane): RequestSettings => {
  const settings = new Map<string, string>(defaults);
  if (lane === 'background') settings.set('max_threads', String(backgroundThreads));
  const values = new Map<string, string>();
  let count = 0;
  for (const [name, value] of params) {
    if ((count += 1) > limits.paramsMax)
      throw new Failure(400, 36, 'BAD_ARGUMENTS', `More than ${limits.paramsMax} parameters`);
    if (ofTheInterface.has(name)) continue;
    if (!plainName.test(name) || value.includes('\0'))
      throw new Failure(400, 36, 'BAD_ARGUMENTS', `The parameter ${JSON.stringify(name.slice(0, 64))} cannot be used`);
    if (refused.has(name))
      throw new Failure(400, 48, 'NOT_IMPLEMENTED', `${name} is not served: every request is a session of its own`);
    if (name.startsWith('param_')) values.set(name, value);
    else settings.set(name, value);
  }
  const executionMs = executionMsOf(settings.get('max_execution_time'));
  settings.set('max_execution_time', String(executionMs / 1000));
  settings.set('max_memory_usage', String(memoryOf(settings.get('max_memory_usage'))));
  settings.set('max_result_bytes', atMostOf(settings.get('max_result_bytes'), limits.resultBytesMax));
  settings.set('max_result_rows', atMostOf(settings.get('max_result_rows'), limits.resultRowsMax));
  for (const [name, value] of fixed) settings.set(name, value);
  settings.set('log_comment', queryId);
  const all = [...settings, ...values].map(([name, value]) => `${name} = ${quote(value)}`);
  return { prelude: `SET ${all.join(', ')}; `, executionMs };
};

/** Where chdb's own defaults differ from a server's, or would let a statement do more than it should. */
const defaults: readonly (readonly [string, string])[] = [
  ['output_format_json_quote_64bit_integers', '1'],
  ['input_format_skip_unknown_fields', '0'],
  // The embedded engine compiles anew for every statement, 30 ms of CPU each (measured: sum over ten rows 35 ms with, 5 ms without).
  ['compile_aggregate_expressions', '0'],
  ['compile_expressions', '0'],
  ['compile_sort_description', '0'],
];

/**
 * What no request may change. Another dialect would be split into statements by another parser than the one that
 * `tokens.ts` follows; expressions in rows of the format Values could call `file()`; `throw` is what makes a bound a bound.
 */
const fixed: readonly (readonly [string, string])[] = [
  ['dialect', 'clickhouse'],
  ['implicit_select', '0'],
  ['input_format_values_interpret_expressions', '0'],
  ['input_format_values_deduce_templates_of_expressions', '0'],
  ['allow_introspection_functions', '0'],
  ['storage_file_read_method', 'pread'],
  ['result_overflow_mode', 'throw'],
  ['timeout_overflow_mode', 'throw'],
];

/** Settings that a SETTINGS clause must not change either: the request's bounds, and what is fixed. */
export const notWithin: ReadonlySet<string> = new Set([
  ...fixed.map(([name]) => name),
  'max_execution_time',
  'max_memory_usage',
  'max_memory_usage_for_user',
  'max_estimated_execution_time',
  'max_result_bytes',
  'max_result_rows',
  'log_comment',
  'readonly',
]);

/** Background statements leave half of the cores to people. */
const backgroundThreads = Math.max(1, Math.floor(availableParallelism() / 2));

const positive = (text: string | undefined): number | null => {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : null;
};

const atMostOf = (asked: string | undefined, max: number): string => String(Math.min(positive(asked) ?? max, max));

const executionMsOf = (seconds: string | undefined): number => {
  const asked = positive(seconds);
  return asked === null
    ? limits.executionMsDefault
    : Math.min(Math.max(1, Math.round(asked * 1000)), limits.executionMsMax);
};

const memoryOf = (bytes: string | undefined): number => {
  const asked = positive(bytes);
  return asked === null ? limits.memoryBytesDefault : Math.min(Math.round(asked), limits.memoryBytesMax);
};
