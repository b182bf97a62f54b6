import { Failure } from './failure.ts';

/**
 * Text fields of a `multipart/form-data` body (RFC 7578), as `@clickhouse/client` sends many parameters.
 * Files, nested parts and transfer encodings are not part of it and are refused.
 */
export const multipartFields = (body: string, contentType: string): Map<string, string> => {
  const boundary = /boundary="?([^";]{1,200})"?/i.exec(contentType)?.[1];
  if (!boundary) throw bad('it names no boundary');
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`);
  if (parts.length < 2 || !parts.at(-1)!.startsWith('--')) throw bad('it does not end');
  const fields = new Map<string, string>();
  for (const part of parts.slice(1, -1)) {
    const split = part.indexOf('\r\n\r\n');
    const name = /content-disposition:\s*form-data;[^\r\n]*\bname="([^"\r\n]{1,200})"/i.exec(part.slice(0, split))?.[1];
    if (split < 0 || name === undefined || /filename=/i.test(part.slice(0, split)))
      throw bad('a part has no name or is a file');
    fields.set(name, part.slice(split + 4));
  }
  return fields;
};

const bad = (why: string): Failure => new Failure(400, 36, 'BAD_ARGUMENTS', `The form cannot be read: ${why}`);
