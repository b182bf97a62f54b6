/**
 * What the receivers cut, folded, replaced, redacted or rejected. `rejected` is data that is not kept and counts in
 * `rejected_*` of the partial success; `changed` is data that is kept otherwise than it was sent, and goes to the sender
 * as a warning (a partial success with nothing rejected, as the OTLP specification provides).
 */
export const noticeCodes = {
  'trace-id-invalid': ['rejected', 'the trace id is not 16 bytes or is all zeros'],
  'span-id-invalid': ['rejected', 'the span id is not 8 bytes or is all zeros'],
  'time-missing': ['rejected', 'the time is absent (0)'],
  'time-too-old': ['rejected', 'the time is before 2015: the clock of the sender was never set'],
  'time-in-future': ['rejected', 'the time is more than 10 minutes ahead of the clock here'],
  'too-many-days': [
    'rejected',
    'the request touches more than 16 days, or more than 32 days older than the retention came today',
  ],
  'point-without-value': ['rejected', 'the data point has neither a value nor the flag that says so'],
  'metric-without-name': ['rejected', 'the metric has no name'],
  'buckets-inconsistent': ['rejected', 'the bucket counts do not fit the bounds'],
  'too-many-buckets': ['rejected', 'the data point has more than 4,096 buckets or quantiles'],
  'no-end': ['changed', 'the span has no end: it is kept and does not count as a request'],
  'end-before-start': ['changed', 'the span ends before it starts: it is kept, with a latency of 0'],
  'older-than-retention': ['changed', 'the time is older than the retention: it is kept until the next clean-up only'],
  'text-not-utf8': ['changed', 'a text is not UTF-8: the wrong bytes were replaced by U+FFFD'],
  'text-cut': ['changed', 'a name or text is longer than the limit and was cut'],
  'value-cut': ['changed', 'an attribute value is longer than 65,536 bytes (a log body: 262,144) and was cut'],
  'value-dropped': [
    'changed',
    'an array or kvlist is larger than 65,536 bytes or deeper than 16 levels and was dropped',
  ],
  'attributes-dropped': [
    'changed',
    'attributes beyond 512 of one item, or with a name beyond 1,024 bytes, were dropped',
  ],
  'events-dropped': ['changed', 'events beyond 1,024 of one span were dropped'],
  'links-dropped': [
    'changed',
    'links beyond 1,024 of one span were dropped, and links whose ids are not 16 and 8 bytes',
  ],
  'exemplars-dropped': ['changed', 'exemplars beyond 128 of one data point, or without a value or time, were dropped'],
  'id-dropped': ['changed', 'a parent, log or exemplar id is neither empty nor of the right size and was left out'],
  'operation-folded': ['changed', 'the service has more than 1,000 operations: further ones count as _other'],
  'service-folded': ['changed', 'there are more than 2,000 services: further ones count as _other'],
  'version-folded': ['changed', 'the service has more than 200 versions or environments: further ones count as _other'],
  'neighbour-folded': ['changed', 'the service has more than 500 neighbours: further ones count as _other'],
  'attribute-folded': [
    'changed',
    'the metric has an attribute with more than 2,000 values: further ones became _other',
  ],
  'series-folded': ['changed', 'the metric has more than 10,000 series: further ones became one series'],
  redacted: ['redacted', 'attribute values were removed by a redaction rule'],
} as const satisfies Record<string, readonly ['rejected' | 'changed' | 'redacted', string]>;

export type NoticeCode = keyof typeof noticeCodes;

/** One kind of happening in one request; `detail` names the first place where it was seen. */
export interface Notice {
  readonly code: NoticeCode;
  readonly service: string;
  readonly detail: string;
  readonly count: number;
}

const noticesPerRequest = 64;

/** Collects the notices of one request; bounded, further kinds count with the last. */
export class NoticeTally {
  private readonly found = new Map<string, { code: NoticeCode; service: string; detail: string; count: number }>();
  /** Items (spans, records, points) that are not kept. */
  rejected = 0;
  service = '';

  add(code: NoticeCode, detail = '', count = 1): void {
    if (noticeCodes[code][0] === 'rejected') this.rejected += count;
    const key = `${code} ${this.service}`;
    const known = this.found.get(key);
    if (known) known.count += count;
    else if (this.found.size < noticesPerRequest) this.found.set(key, { code, service: this.service, detail, count });
  }

  clear(): void {
    this.found.clear();
    this.rejected = 0;
    this.service = '';
  }

  take(): Notice[] {
    return [...this.found.values()];
  }
}

const codesInMessage = 8;

/** What the sender reads in `partial_success.error_message`; empty when there is nothing to tell. */
export const partialSuccessMessage = (notices: readonly Notice[]): string => {
  const totals = new Map<NoticeCode, { count: number; detail: string }>();
  for (const notice of notices) {
    if (noticeCodes[notice.code][0] === 'redacted') continue;
    const known = totals.get(notice.code);
    totals.set(notice.code, { count: notice.count + (known?.count ?? 0), detail: known?.detail || notice.detail });
  }
  const rank = (code: NoticeCode) => (noticeCodes[code][0] === 'rejected' ? 0 : 1);
  const sentences = [...totals]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(
      ([code, { count, detail }]) =>
        `${rank(code) === 0 ? 'rejected' : 'changed'} ${count}: ${noticeCodes[code][1]}${detail ? ` (${detail})` : ''} [${code}]`,
    );
  const more = sentences.length > codesInMessage ? [`and ${sentences.length - codesInMessage} more kinds`] : [];
  return [...sentences.slice(0, codesInMessage), ...more].join('; ');
};
