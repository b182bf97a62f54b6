import type { Alert } from '../../contract/alerts.ts';

export type ActVerb = 'acknowledge' | 'resolve' | 'unacknowledge' | 'reopen';
/** Some alerts, or all of a group. */
export type Acted = { readonly ids: readonly string[] } | { readonly group: string };

/** Whatever of alerts stands in the cache: a list in pages, one alert, a group, counts. */
export type Shown =
  | Alert
  | { readonly pages: readonly { readonly items: readonly Alert[] }[] }
  | object
  | boolean
  | null
  | undefined;

interface Act {
  readonly verb: ActVerb;
  readonly acted: Acted;
  readonly at: string;
}

/** What stands in the cache as it will be once the server has done it; the same object where nothing of it changes. */
export const withActed = (shown: Shown, act: Act): Shown => {
  if (typeof shown !== 'object' || shown === null) return shown;
  if (isPaged(shown))
    return {
      ...shown,
      pages: shown.pages.map((page) => ({ ...page, items: page.items.map((item) => actedOn(item, act)) })),
    };
  return isAlert(shown) ? actedOn(shown, act) : shown;
};

const actedOn = (item: Alert, { verb, acted, at }: Act): Alert => {
  const isMeant = 'group' in acted ? item.group === acted.group : acted.ids.includes(item.id);
  // How it was before it was resolved the server knows.
  if (!isAlert(item) || !isMeant || item.status === 'resolved' || verb === 'reopen') return item;
  if (verb === 'unacknowledge') return { ...item, status: 'firing', acknowledgedAt: null, acknowledgedBy: null };
  if (verb === 'resolve') return { ...item, status: 'resolved', suppressed: null, resolvedAt: at };
  return item.status === 'acknowledged' ? item : { ...item, status: 'acknowledged', acknowledgedAt: at };
};

const isPaged = (shown: object): shown is { pages: { items: Alert[] }[] } =>
  'pages' in shown &&
  Array.isArray(shown.pages) &&
  shown.pages.every((page) => typeof page === 'object' && page !== null && 'items' in page);
const isAlert = (shown: object): shown is Alert => 'fingerprint' in shown && 'status' in shown;
