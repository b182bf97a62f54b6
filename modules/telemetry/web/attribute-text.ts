/** An attribute's value as text; what is no plain value is written as JSON. */
export const attributeText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

/** The body of a log record on one line: text as it is, structures as JSON. */
export const bodyText = (body: unknown): string => (body === null || body === undefined ? '' : attributeText(body));

/** The filter `name=value` that finds others with the same attribute. */
export const attributeFilter = (name: string, value: unknown): string => `${name}=${attributeText(value)}`;
