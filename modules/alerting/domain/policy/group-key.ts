import type { Labels } from '../alert.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { judgedLabels, type Judged } from './judged-labels.ts';
import { valueOf } from './matcher.ts';
import type { Routed } from './route.ts';

/** A key is cut to so many characters; what is longer ends in a hash of all of it. */
const keyLengthMax = 512;

export interface GroupKey {
  /** The same for every alert of one group, and for no other: `payments:{alertname="Down",service="shop/cart"}`. */
  readonly key: string;
  /** The labels that its alerts have in common because they are grouped by them. */
  readonly labels: Labels;
  readonly reason: string;
}

/** Which group of a route an alert belongs to. Grouping by every label makes each alert a group of its own. */
export const groupKeyOf = (routed: Pick<Routed, 'route' | 'groupBy'>, alert: Judged): GroupKey => {
  const all = routed.groupBy === 'all';
  const source = all ? alert.labels : judgedLabels(alert);
  const names = routed.groupBy === 'all' ? Object.keys(alert.labels) : routed.groupBy;
  const labels = Object.fromEntries(
    [...new Set(names)]
      .toSorted()
      .map((name) => [name, valueOf(source, name)] as const)
      .filter(([, value]) => value !== ''),
  );
  // Without any label only the alert itself tells it from the others.
  const alone = all && Object.keys(labels).length === 0 ? alert.id : '';
  const said = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const key = `${routed.route ?? '(owner)'}:{${said.join(',')}}${alone}`;
  const reason = all
    ? 'every alert of this route is a group of its own'
    : names.length === 0
      ? 'all alerts of this route are one group'
      : `grouped by ${names.join(', ')}`;
  return { key: key.length <= keyLengthMax ? key : shortened(key, labels), labels, reason };
};

const shortened = (key: string, labels: Labels): string =>
  `${key.slice(0, keyLengthMax - 40)}…${fingerprintOf(labels)}${fingerprintOf({ key })}`;
