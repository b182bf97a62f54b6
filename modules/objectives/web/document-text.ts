/**
 * The one document of a text; null where it is no YAML, no mapping or several. The server says what is wrong with it. The library
 * is fetched when a person first needs it.
 */
export const documentOfText = async (text: string): Promise<Record<string, unknown> | null> => {
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
