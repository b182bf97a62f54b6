import { parse, stringify } from 'yaml';

/** A document as people read and keep it; the order of its fields stays. */
export const textOf = (document: unknown): string => stringify(document, { lineWidth: 0 });

/** The one document of a text; null where it is no YAML, no mapping or several. The server says what is wrong with it. */
export const documentOfText = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
