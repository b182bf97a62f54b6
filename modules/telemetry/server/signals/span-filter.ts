import type { QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import type { ReadRange } from '../../domain/read-range.ts';

type Params = NonNullable<QueryOptions['params']>;

/** Conditions of a WHERE with their parameters; no value of a request ever stands in the SQL. */
export interface Where {
  readonly conditions: string[];
  readonly params: Params;
}

/** Words of a search; more are ignored, because each is a scan. */
const wordsMax = 8;

/** Every word must stand in one of the texts, or in the value of an attribute. */
export const addWords = (where: Where, q: string | undefined, texts: readonly string[]): void => {
  const words = (q ?? '').split(/\s+/u).filter(Boolean).slice(0, wordsMax);
  for (const [index, word] of words.entries()) {
    const name = `word${index}`;
    where.params[name] = word;
    const within = texts.map((text) => `positionCaseInsensitiveUTF8(${text}, {${name}:String}) > 0`);
    where.conditions.push(
      `(${[...within, `arrayExists(value -> positionCaseInsensitiveUTF8(value, {${name}:String}) > 0, mapValues(attributes))`].join(' OR ')})`,
    );
  }
};

/**
 * `name=value` filters: an attribute of the row, or of the resource it came from. A value is stored as JSON, so that `500`
 * means the text "500" and the number 500.
 */
export const addAttributes = (where: Where, filters: readonly string[] | undefined): void => {
  for (const [index, filter] of (filters ?? []).entries()) {
    const cut = filter.indexOf('=');
    const value = filter.slice(cut + 1);
    where.params[`key${index}`] = filter.slice(0, cut);
    where.params[`values${index}`] = [JSON.stringify(value), value];
    const is = (map: string): string => `${map}[{key${index}:String}] IN {values${index}:Array(String)}`;
    where.conditions.push(
      `(${is('attributes')} OR origin_id IN (SELECT origin_id FROM telemetry_origins WHERE ${is('resource')}))`,
    );
  }
};

/** The time of a row within the range, and the five-minute bucket that leads the sort key. */
export const addTime = (where: Where, column: string, range: ReadRange): void => {
  where.params['fromNs'] = range.fromNs.toString();
  where.params['toNs'] = range.toNs.toString();
  where.conditions.push(
    `bucket >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({fromNs:Int64}, 'UTC'))`,
    `bucket <= fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')`,
    `${column} >= fromUnixTimestamp64Nano({fromNs:Int64}, 'UTC')`,
    `${column} < fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')`,
  );
};

/** `column = value` where a value is given. */
export const addEqual = (where: Where, column: string, value: string | undefined): void => {
  if (value === undefined) return;
  where.params[column] = value;
  where.conditions.push(`${column} = {${column}:String}`);
};
