/** How a value is written into what surrounds it, so that a text with quotes or line ends cannot change the request. */
export type Escaping = 'json' | 'form' | 'xml' | 'header' | 'plain';

export type Values = Readonly<Record<string, string>>;

/** `{{name}}` or `{{name|filter}}`. */
const places = /\{\{\s*([A-Za-z][\w.-]*)\s*(?:\|\s*([a-z]+)\s*)?\}\}/g;

const filters: Readonly<Record<string, (value: string) => string>> = {
  /** Phone numbers for gateways that want no plus: `+49 151…` becomes `49151…`. */
  digits: (value) => value.replace(/\D/g, ''),
  /** One line. */
  line: (value) => value.replace(/\s+/g, ' ').trim(),
};

/** A template with every place filled in, each value escaped for what it stands in; unknown names stay empty (see `placesOf`). */
export const fillTemplate = (template: string, values: Values, escaping: Escaping): string =>
  template.replace(places, (_whole, name: string, filter: string | undefined) => {
    const value = Object.hasOwn(values, name) ? values[name]! : '';
    const filtered = filter !== undefined && Object.hasOwn(filters, filter) ? filters[filter]!(value) : value;
    return escapes[escaping](filtered);
  });

/** Names and filters that a template uses: refused where it is configured, not noticed at 3 a.m. */
export const placesOf = (template: string): readonly { readonly name: string; readonly filter: string | null }[] =>
  [...template.matchAll(places)].map((found) => ({ name: found[1]!, filter: found[2] ?? null }));

export const filterNames: readonly string[] = Object.keys(filters);

/** By the media type of a body. */
export const escapingOf = (contentType: string): Escaping => {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return 'xml';
  return 'plain';
};

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML 1.0: marks as entities, and nothing that XML does not allow at all (section 2.2). */
export const xmlText = (value: string): string =>
  // eslint-disable-next-line no-control-regex -- these are the characters that XML forbids
  value
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (mark) => xmlEntities[mark]!);

const escapes: Readonly<Record<Escaping, (value: string) => string>> = {
  json: (value) => JSON.stringify(value).slice(1, -1),
  form: (value) => encodeURIComponent(value.toWellFormed()),
  xml: xmlText,
  // eslint-disable-next-line no-control-regex -- a line end would begin another header
  header: (value) => value.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim(),
  plain: (value) => value,
};
