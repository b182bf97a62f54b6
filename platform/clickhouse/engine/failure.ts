/** An answer that is not the result: ClickHouse's code and name, and the HTTP status it travels with. */
export class Failure extends Error {
  readonly status: number;
  readonly code: number;
  readonly type: string;
  constructor(status: number, code: number, type: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message.trimEnd().replace(/\.$/, '')}. (${type})`);
    this.name = 'Failure';
    this.status = status;
    this.code = code;
    this.type = type;
  }
}

/** Statuses as ClickHouse's own HTTP handler gives them (src/Server/HTTPHandler.cpp, exceptionCodeToHTTPStatus). */
const statusOf = (code: number): number => {
  if ([60, 81, 82, 218].includes(code)) return 404;
  if ([497, 164].includes(code)) return 403;
  if ([202, 745].includes(code)) return 503;
  if ([6, 26, 27, 38, 41, 43, 46, 47, 53, 62, 70, 72, 115, 117, 130, 386, 456, 457].includes(code)) return 400;
  return 500;
};

/** What the embedded engine threw, as the HTTP interface says it. Paths of spool files are not shown. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const found = /Code: (\d+)\. DB::\w*Exception: ([\s\S]*)\(([A-Z0-9_]{3,})\)/.exec(message);
  if (!found) return new Failure(500, 1002, 'UNKNOWN_EXCEPTION', message);
  const code = Number(found[1]);
  return new Failure(statusOf(code), code, found[3]!, found[2]!.replaceAll(/\S*\/spool\/\S+/g, 'the request body'));
};
