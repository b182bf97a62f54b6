/** Sloth's queries (and OpenSLO documents made for it) leave the window open: `rate(x[{{.window}}])`. */
const open = /\{\{\s*\.window\s*\}\}/g;

export const hasWindow = (query: string): boolean => query.search(open) >= 0;

/** The same query over one minute: it is asked once a minute. */
export const withWindow = (query: string): string => query.replace(open, '1m');

/**
 * A query that answers how many events one minute had. With an open window, what was a rate a second becomes the increase within
 * the minute (Prometheus sees resets of single series there); a query without one is asked as it stands.
 */
export const countPerMinute = (query: string): string =>
  hasWindow(query) ? withWindow(query).replace(/\bi?rate(?=\s*\()/g, 'increase') : query;
