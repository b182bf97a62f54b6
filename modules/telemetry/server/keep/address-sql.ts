/**
 * An address is known by who answered there: after a call from the same service in the same environment that was answered.
 * The latest answered call before decides, for this long: an outage of a night goes on to be shown at its service.
 */
const knownForSeconds = 6 * 3_600;

/**
 * Where another service answered at the address within this time of the one that would decide, the address stands for
 * several (a proxy, a load balancer, a loopback address of several hosts): then it says nothing, and the call leads to the address.
 */
const sharedWithinSeconds = 3_600;

/** Ten minutes, as `telemetry_addresses` keeps them. */
const rowSeconds = 600;

const rowOf = 'first, last, callee, callee_environment';

/**
 * Who is at which address from when on, for calls that end in [from, to), epoch seconds: one row for each first and last answer
 * of ten minutes (`seen_at`), for an ASOF join by caller and address. `addressed` is empty from when on the address stands for
 * several. Only addresses with several services are looked at answer by answer: for all of them that cost seven times the rest.
 */
export const addressesKnown = (from: number, to: number): string => {
  const rows = (having: string): string => `
      SELECT caller, caller_environment, address, groupArray((${rowOf})) AS rows
      FROM (
        SELECT bucket, caller, caller_environment, address, callee, callee_environment, min(first_at) AS first, max(last_at) AS last
        FROM telemetry_addresses
        WHERE bucket >= toDateTime(${from - knownForSeconds - rowSeconds}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')
        GROUP BY ALL
      )
      GROUP BY caller, caller_environment, address HAVING uniqExact(callee, callee_environment) ${having}`;
  const keys = 'caller AS service, caller_environment AS environment, address AS unanswered';
  return `
    SELECT ${keys}, seen_at, toString(one.3) AS addressed, toString(one.4) AS addressed_environment
    FROM (SELECT *, arrayJoin(rows) AS one FROM (${rows('= 1')}))
    ARRAY JOIN [one.1, one.2] AS seen_at
    UNION ALL
    SELECT service, environment, unanswered, seen_at, addressed, addressed_environment
    FROM (
    SELECT ${keys}, seen_at,
      arrayMin(other -> other.1, arrayFilter(other -> other.3 = one.3 AND other.4 = one.4 AND other.1 <= seen_at AND other.2 >= one.1 - INTERVAL ${sharedWithinSeconds} SECOND, rows)) AS since,
      arrayExists(other -> (other.3 != one.3 OR other.4 != one.4) AND other.1 <= seen_at AND other.2 > since, rows) AS shared,
      shared ? '' : toString(one.3) AS addressed, shared ? '' : toString(one.4) AS addressed_environment
    FROM (SELECT *, arrayJoin(rows) AS one FROM (${rows('> 1')}))
    ARRAY JOIN [one.1, one.2] AS seen_at
    )`;
};

/** How long before a call the answer may lie that decides. */
export const isKnownAt = (endedAt: string, seenAt: string): string =>
  `${seenAt} >= ${endedAt} - INTERVAL ${knownForSeconds} SECOND`;

/**
 * Addresses at which calls were answered; the callers' spans and the answering ones are given as conditions.
 * Written again, a fact is the same fact.
 */
export const addressesFromSpans = (given: {
  readonly calls: string;
  readonly answers: string;
  readonly settings: string;
}): string => `-- Which services answered at which addresses, by the spans that ended in some buckets.
INSERT INTO telemetry_addresses (bucket, caller, caller_environment, address, callee, callee_environment, first_at, last_at)
SELECT toStartOfInterval(ended_at, INTERVAL ${rowSeconds} SECOND) AS ten_minutes, service, environment, neighbour, called, called_environment, min(ended_at), max(ended_at)
FROM (
  SELECT ended_at, trace_id, span_id, service, environment, neighbour
  FROM telemetry_spans
  WHERE kind = 'client' AND neighbour_kind = 'external' AND neighbour != '' AND service != '' AND ${given.calls}
) AS calls
ANY INNER JOIN (
  SELECT trace_id, parent_span_id AS span_id, service AS called, environment AS called_environment
  FROM telemetry_spans
  WHERE kind IN ('server', 'consumer') AND parent_span_id != toFixedString('', 8) AND service != '' AND ${given.answers}
) AS seen USING (trace_id, span_id)
GROUP BY ten_minutes, service, environment, neighbour, called, called_environment
${given.settings}`;
