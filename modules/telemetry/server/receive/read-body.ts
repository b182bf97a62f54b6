import type { IncomingMessage } from 'node:http';
import type { Intake } from './intake.ts';
import { malformed, overloaded, tooLarge, type IntakeRefusal } from './intake-refusals.ts';
import { receiveLimits } from './receive-limits.ts';

export type ReadBody =
  /** `release` is to be called when the request is answered. */
  | { readonly ok: true; readonly body: Uint8Array<ArrayBuffer>; release(): void }
  | { readonly ok: false; readonly refusal: IntakeRefusal }
  /** The sender went away. */
  | { readonly ok: false; readonly refusal: null };

/** Reads a whole request body within the limits; bytes are booked as they come, so that a slow sender books little. */
export const readBody = (request: IncomingMessage, intake: Intake): Promise<ReadBody> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isDone = false;

    const end = (result: ReadBody): void => {
      if (isDone) return;
      isDone = true;
      request.off('data', onData);
      if (!result.ok) {
        intake.release(size);
        // What still comes is read away, so that the sender sees the answer instead of a broken connection.
        request.resume();
      }
      resolve(result);
    };

    const onData = (chunk: Buffer): void => {
      if (size + chunk.length > receiveLimits.wireBytes)
        end({ ok: false, refusal: tooLarge(`more than ${receiveLimits.wireBytes} bytes`) });
      else if (!intake.hold(chunk.length)) end({ ok: false, refusal: overloaded });
      else {
        size += chunk.length;
        chunks.push(chunk);
      }
    };

    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > receiveLimits.wireBytes) {
      end({ ok: false, refusal: tooLarge(`${declared} bytes`) });
      return;
    }
    if (request.destroyed) {
      end({ ok: false, refusal: null });
      return;
    }
    request.on('data', onData);
    request.once('end', () => end({ ok: true, body: joined(chunks, size), release: () => intake.release(size) }));
    request.once('error', () =>
      end({ ok: false, refusal: request.destroyed ? null : malformed('the transfer broke') }),
    );
    request.once('close', () => end({ ok: false, refusal: null }));
  });

/** A buffer of its own, which can be handed to another thread (small chunks share one). */
const joined = (chunks: readonly Buffer[], size: number): Uint8Array<ArrayBuffer> => {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
};
