import type { Tried } from '../../contract/try-routes.ts';

/** What became of one alert that was tried. */
export type TriedAlert = Extract<Tried, { readonly passedOver: unknown }>;
/** What other routes would have changed. */
export type TriedDays = Extract<Tried, { readonly changes: unknown }>;

/** Labels as they are typed, `name=value` a line or between commas; values may be quoted. What is no label is left out. */
export const labelsOfText = (text: string): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const part of text.split(/[\n,]/u)) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && name !== '')
      found[name] = part
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/u, '$1');
  }
  return found;
};
