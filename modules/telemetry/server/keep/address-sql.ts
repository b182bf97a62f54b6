/**
 * An address is known by who answered there: after a call from the same service in the same environment that was answered.
 * The latest answered call before decides, for this long: an outage of a night goes on to be shown at its service.
 */
const knownForSeconds = 6 * 3_600;

/** Ten minutes, as `telemetry_addresses` keeps them. */
const rowSeconds = 600;

/**
 * Who is at which address from when on, for calls that end in [from, to), epoch seconds: one row for the first and the last answer
 * of each hour (`seen_at`), for an ASOF join by caller and address. An address at which the answers of two services lie
 * in between each other within an hour stands for several (a proxy, a load balancer, the loopback of several hosts): it is left
 * out, and calls lead to the address. Without a lambda, whose analysis alone cost four times what all calls cost before.
 */
export const addressesKnown = (from: number, to: number): string => `
    SELECT caller AS service, caller_environment AS environment, address AS unanswered, arrayJoin([one.1, one.2]) AS seen_at, toString(one.3) AS addressed, toString(one.4) AS addressed_environment
    FROM (
      SELECT caller, caller_environment, address, arrayJoin(groupArray((first, last, callee, callee_environment))) AS one
      FROM (
        SELECT toStartOfHour(bucket) AS hour, caller, caller_environment, address, callee, callee_environment, min(first_at) AS first, max(last_at) AS last
        FROM telemetry_addresses
        WHERE bucket >= toDateTime(${from - knownForSeconds - rowSeconds}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')
        GROUP BY ALL
      )
      GROUP BY caller, caller_environment, address
      HAVING maxIntersections(toUnixTimestamp64Nano(first), toUnixTimestamp64Nano(last) + 1) = 1
    )`;

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
