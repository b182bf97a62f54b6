import { quote } from '../../../../platform/clickhouse/quote.ts';

/** A condition on an attribute of a series, or of its resource where the series has none of that name. */
export interface SeriesFilter {
  readonly key: string;
  /** `!=` and `!~` are the opposites of `=` and `=~`, so they also hold where there is no such attribute. */
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** ClickHouse condition over the columns `attributes` and `resource`; a pattern (RE2) fits the whole value. */
export const seriesFilterSql = ({ key, op, value }: SeriesFilter): string => {
  const positive = holds(`${textOf(attributeSql(key))}`, op, value);
  return op === '!=' || op === '!~' ? `NOT (${positive})` : `(${positive})`;
};

/** The stored JSON of an attribute: the series' own, else its resource's, else ''. */
export const attributeSql = (key: string): string =>
  `if(mapContains(attributes, ${quote(key)}), attributes[${quote(key)}], resource[${quote(key)}])`;

/** Values are stored as JSON: `"GET"`, `200`, `true`. */
const textOf = (json: string): string => `if(startsWith(${json}, '"'), JSONExtractString(${json}), ${json})`;

const holds = (text: string, op: SeriesFilter['op'], value: string): string => {
  if (op === '=' || op === '!=') return `${text} = ${quote(value)}`;
  const pattern = quote(`^(?:${value})$`);
  // The engine looks at the constant first: a pattern that is none is refused also where there is no series yet.
  return `(match(${text}, ${pattern}) AND (match('', ${pattern}) OR 1))`;
};
