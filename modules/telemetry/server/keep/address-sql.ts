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

/**
 * What is known of addresses for calls that end in [from, to), epoch seconds: one row for each caller and address, `known`
 * holds (first, last, callee, its environment) of ten minutes each.
 */
export const knownAddresses = (from: number, to: number): string => `
    SELECT caller AS service, caller_environment AS environment, address AS unanswered, groupArray((first, last, callee, callee_environment)) AS known
    FROM (
      SELECT bucket, caller, caller_environment, address, callee, callee_environment, min(first_at) AS first, max(last_at) AS last
      FROM telemetry_addresses
      WHERE bucket >= toDateTime(${from - knownForSeconds - rowSeconds}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')
      GROUP BY ALL
    )
    GROUP BY ALL`;

/** Expressions over `ended_at` and `known`: the service and environment at the address, or empty where that is not known. */
export const calleeByAddress = `
    arrayFilter(one -> one.1 <= ended_at AND one.2 >= ended_at - INTERVAL ${knownForSeconds} SECOND, known) AS past,
    arraySort(one -> if(one.2 <= ended_at, one.2, one.1), past)[-1] AS latest,
    arrayMin(one -> one.1, arrayFilter(one -> one.3 = latest.3 AND one.4 = latest.4 AND one.2 >= latest.1 - INTERVAL ${sharedWithinSeconds} SECOND, past)) AS since,
    empty(past) OR arrayExists(one -> (one.3 != latest.3 OR one.4 != latest.4) AND one.2 > since, past) AS shared,
    shared ? '' : latest.3 AS addressed, shared ? '' : latest.4 AS addressed_environment`;

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
