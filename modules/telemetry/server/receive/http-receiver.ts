import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IngestSender } from '../../../identity/server/public.ts';
import { exportResponse, statusBody, type OtlpEncoding } from '../../domain/otlp-answer.ts';
import { signals, type Signal } from '../../domain/otlp-decoder.ts';
import { admit, senderName, type Authorise } from './admit.ts';
import type { Compression } from './decode-messages.ts';
import type { Intake } from './intake.ts';
import { encodingUnknown, mediaTypeUnknown, methodNotAllowed, type IntakeRefusal } from './intake-refusals.ts';
import { readBody } from './read-body.ts';

const challenge = 'Bearer realm="leadline", Basic realm="leadline"';
const mediaTypes: Readonly<Record<string, OtlpEncoding>> = {
  'application/x-protobuf': 'protobuf',
  'application/protobuf': 'protobuf',
  'application/json': 'json',
};
const compressions: Readonly<Record<string, Compression>> = {
  '': 'identity',
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
};

/** The signal that a path names, or null: `/v1/traces` under `prefix`. */
export const signalOfPath = (url: string, prefix: string): Signal | null => {
  const path = url.split('?', 1)[0]!;
  return signals.find((signal) => path === `${prefix}/v1/${signal}`) ?? null;
};

/**
 * Answers one OTLP/HTTP request (https://opentelemetry.io/docs/specs/otlp/#otlphttp) on a plain node response: 200 with the
 * partial success, or a refusal whose body is a `google.rpc.Status` in the encoding of the request.
 */
export const answerOtlpHttp = async (
  options: { readonly intake: Intake; readonly authorise: Authorise },
  signal: Signal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { intake, authorise } = options;
  const encoding = mediaTypes[mediaType(request.headers['content-type'])];
  const answerAs: OtlpEncoding = encoding ?? 'json';
  const from = request.socket.remoteAddress ?? 'unknown';
  const refuse = (refusal: IntakeRefusal, sender: string): void => {
    intake.refused(signal, 'http', refusal, sender);
    sendRefusal(response, answerAs, refusal);
  };

  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    refuse(methodNotAllowed, from);
    return;
  }
  const admitted = await admit(authorise, senderOf(request));
  if (!admitted.ok) {
    if (admitted.refusal.httpStatus === 401) response.setHeader('www-authenticate', challenge);
    refuse(admitted.refusal, from);
    return;
  }
  const compression = compressions[(request.headers['content-encoding'] ?? '').trim().toLowerCase()];
  if (encoding === undefined || compression === undefined) {
    if (compression === undefined) response.setHeader('accept-encoding', 'gzip, deflate, identity');
    refuse(encoding === undefined ? mediaTypeUnknown : encodingUnknown, from);
    return;
  }
  const read = await readBody(request, intake);
  if (!read.ok) {
    if (read.refusal !== null) refuse(read.refusal, from);
    return;
  }
  try {
    const outcome = await intake.take({
      signal,
      encoding,
      compression,
      body: read.body,
      sender: senderName(admitted.sender, from),
      protocol: 'http',
    });
    if (outcome.kind === 'refused') sendRefusal(response, encoding, outcome.refusal);
    else send(response, 200, encoding, exportResponse(signal, encoding, outcome));
  } finally {
    read.release();
  }
};

export const sendRefusal = (response: ServerResponse, encoding: OtlpEncoding, refusal: IntakeRefusal): void => {
  if (refusal.retryAfterSeconds !== undefined)
    response.setHeader('retry-after', String(Math.max(1, Math.ceil(refusal.retryAfterSeconds))));
  send(
    response,
    refusal.httpStatus,
    encoding,
    statusBody(encoding, { code: refusal.grpcCode, message: refusal.message }),
  );
};

const send = (response: ServerResponse, status: number, encoding: OtlpEncoding, body: Uint8Array): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
};

const mediaType = (header: string | undefined): string => (header ?? '').split(';', 1)[0]!.trim().toLowerCase();

const senderOf = (request: IncomingMessage): IngestSender => ({
  authorization: request.headers.authorization,
  remoteAddress: request.socket.remoteAddress,
  forwardedFor: request.headers['x-forwarded-for'],
  forwarded: ['forwarded', 'via', 'x-real-ip'].some((name) => request.headers[name] !== undefined),
});
