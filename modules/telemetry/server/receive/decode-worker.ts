import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { protobufOfJson } from '../../domain/otlp-json.ts';
import { OtlpDecoder, type Signal } from '../../domain/otlp-decoder.ts';
import { secretsRule } from '../../domain/redaction.ts';
import { MalformedOtlp } from '../../domain/wire-reader.ts';
import type { DecodedBody, DecodeFailure, DecodeJob, ToDecoder } from './decode-messages.ts';
import { receiveLimits } from './receive-limits.ts';

// A decoding thread: decompresses, hashes and decodes bodies, so that the serving event loop never does.

const { redactsSecrets } = workerData as { readonly redactsSecrets: boolean };
const decoder = new OtlpDecoder({ redactionRules: redactsSecrets ? [secretsRule] : [] });
const jsonMessages = {
  traces: 'TracesRequest',
  metrics: 'MetricsRequest',
  logs: 'LogsRequest',
} as const satisfies Record<Signal, string>;

class BodyTooLarge extends Error {}
class BadCompression extends Error {}

parentPort!.on('message', (message: ToDecoder) => {
  if (message.kind === 'learn') decoder.learn(message.admissions);
  else if (message.kind === 'settled') {
    if (message.isKept) decoder.confirm(message.id);
    else decoder.forget(message.id);
  } else answer(message);
});

const answer = (job: DecodeJob): void => {
  const startedMs = performance.now();
  try {
    const plain = decompress(job);
    const bodyHash = new Uint8Array(
      createHash('sha256').update(`${job.sender}\n${job.signal}\n`).update(plain).digest(),
    );
    const { bytes, isRepaired } =
      job.encoding === 'json' ? fromJson(plain, job.signal) : { bytes: plain, isRepaired: false };
    const decoded = decoder.decode({
      signal: job.signal,
      bytes,
      nowSeconds: job.nowSeconds,
      retentionDays: job.retentionDays,
      request: job.id,
      isRepaired,
    });
    const body: DecodedBody = {
      id: job.id,
      ok: true,
      ...decoded,
      bodyHash,
      decodedBytes: plain.length,
      decodeMs: performance.now() - startedMs,
      admissions: decoder.takeAdmissions(),
    };
    parentPort!.postMessage(body, [
      ...decoded.rows.map((rows) => rows.bytes.buffer),
      bodyHash.buffer,
      body.admissions.buffer,
    ]);
  } catch (error) {
    parentPort!.postMessage(failureOf(job.id, error));
  }
};

const decompress = ({ compression, body, encoding }: DecodeJob): Uint8Array => {
  const maxOutputLength = encoding === 'json' ? receiveLimits.jsonBytes : receiveLimits.decodedBytes;
  if (compression === 'identity') {
    if (body.length > maxOutputLength) throw new BodyTooLarge(`${body.length} bytes`);
    return body;
  }
  try {
    if (compression === 'gzip') return gunzipSync(body, { maxOutputLength });
    // HTTP's deflate is zlib's format; some senders send the bare stream (RFC 9110 section 8.4.1.2).
    return (body[0]! & 0x0f) === 8 ? inflateSync(body, { maxOutputLength }) : inflateRawSync(body, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLarge(`more than ${maxOutputLength} bytes after decompression`);
    throw new BadCompression(error instanceof Error ? error.message : 'unreadable');
  }
};

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

const fromJson = (plain: Uint8Array, signal: Signal): { bytes: Uint8Array; isRepaired: boolean } => {
  try {
    return { bytes: protobufOfJson(strict.decode(plain), jsonMessages[signal]), isRepaired: false };
  } catch (error) {
    if (error instanceof MalformedOtlp) throw error;
    return { bytes: protobufOfJson(lenient.decode(plain), jsonMessages[signal]), isRepaired: true };
  }
};

const failureOf = (id: number, error: unknown): DecodeFailure => {
  const detail = error instanceof Error ? error.message : 'unreadable';
  if (error instanceof MalformedOtlp) return { id, ok: false, reason: 'malformed', detail };
  if (error instanceof BodyTooLarge) return { id, ok: false, reason: 'too-large', detail };
  if (error instanceof BadCompression) return { id, ok: false, reason: 'bad-compression', detail };
  return { id, ok: false, reason: 'failed', detail: error instanceof Error ? (error.stack ?? detail) : detail };
};

parentPort!.postMessage('ready');
