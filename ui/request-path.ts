/** Puts parameters into a route's path (`/services/:name`), each as one encoded segment. Throws where one is missing: that is a bug. */
export const fillPath = (path: string, params: Record<string, unknown>): string =>
  path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`No value for :${name} in ${path}`);
    return encodeURIComponent(String(value));
  });

/** `?a=1&b=2`; leaves out undefined, null and ''; an array repeats its name. '' when nothing is left. */
export const queryString = (query: Record<string, unknown>): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(name, String(one));
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
};
