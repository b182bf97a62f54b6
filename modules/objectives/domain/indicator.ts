/** A condition on one attribute; `value` is compared with the attribute's text, numbers by value. */
export interface AttributeFilter {
  readonly key: string;
  readonly op: '=' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~';
  readonly value: string;
}

/** Requests of one service (spans of kind server and consumer, as the golden signals count them), narrowed. */
export interface SpanSelection {
  readonly service: string;
  readonly environment: string | null;
  readonly operation: string | null;
  readonly attributes: readonly AttributeFilter[];
}

/** Some of a service's requests; all of what is named must hold. */
export type TrafficFilter = Omit<SpanSelection, 'service'>;

/** What makes a request bad; any of the conditions is enough. */
export type BadSpan =
  | { readonly kind: 'error' }
  /** Took longer than `ms`; exact for any bound, cheap where it is one of telemetry's latency edges. */
  | { readonly kind: 'slower-than'; readonly ms: number }
  | { readonly kind: 'attribute'; readonly filter: AttributeFilter };

/** Stored metric series, by name and attributes of points and resource. */
export interface MetricSelection {
  readonly metric: string;
  readonly service: string | null;
  readonly environment: string | null;
  readonly attributes: readonly AttributeFilter[];
}

export type ThresholdOp = 'lt' | 'lte' | 'gt' | 'gte';

/** The kinds of outside sources that counts are read from. */
export type SourceKind = 'prometheus' | 'splunk' | 'dynatrace';

/**
 * What is measured. Every kind ends in whole counts of good and bad events by time; several objectives may share one.
 * Two indicators that mean the same have the same canonical form (`canonicalIndicator`) and are counted once.
 */
export type Indicator =
  | {
      readonly kind: 'spans';
      readonly of: SpanSelection;
      readonly bad: readonly BadSpan[];
      /** Requests of the selection that do not count: traffic that a correction leaves out. */
      readonly without?: TrafficFilter;
    }
  /** Increase of counters (delta or cumulative, resets seen); total with good or with bad. */
  | {
      readonly kind: 'metric-ratio';
      readonly total: MetricSelection;
      readonly part: { readonly is: 'good' | 'bad'; readonly of: MetricSelection };
    }
  /** Each sample of a gauge is one event: good when `value op bound`. */
  | {
      readonly kind: 'metric-threshold';
      readonly of: MetricSelection;
      readonly op: ThresholdOp;
      readonly bound: number;
    }
  /** Values of a histogram at most `bound` (its unit); exact where the bound is one of the histogram's own, refused elsewhere. */
  | { readonly kind: 'metric-within'; readonly of: MetricSelection; readonly bound: number }
  /** Read once a minute from a DataSource of OpenSLO. */
  | {
      readonly kind: 'external';
      readonly source: string;
      readonly sourceKind: SourceKind;
      readonly read: ExternalRead;
    }
  /** Counts that another module hands in through the door (probes). */
  | { readonly kind: 'fed'; readonly feeder: string; readonly key: string };

/** Queries in the source's own language. Counters answer a total that only grows; others the count of each minute. */
export type ExternalRead =
  | {
      readonly kind: 'ratio';
      readonly counter: boolean;
      readonly total: string;
      readonly part: { readonly is: 'good' | 'bad'; readonly query: string };
    }
  /** A share between 0 and 1 a minute, counted as a million parts of one minute. */
  | { readonly kind: 'raw'; readonly is: 'good' | 'bad'; readonly query: string }
  | { readonly kind: 'threshold'; readonly query: string; readonly op: ThresholdOp; readonly bound: number };

/** Good and bad events of one stretch of time; no events at all is no data, never zero percent. */
export interface Counts {
  readonly good: number;
  readonly bad: number;
}
