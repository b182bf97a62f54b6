/** What people read about data that was not kept as it was sent. */
export interface ShownNotice {
  readonly code: string;
  readonly title: string;
  /** The latest case. */
  readonly detail: string;
  /** Null for what belongs to no service. */
  readonly service: string | null;
  readonly count: number;
  readonly firstAt: Temporal.Instant;
  readonly lastAt: Temporal.Instant;
}

export interface NoticeInput {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly service: string | null;
  readonly count: number;
}

const noticesMax = 200;
const detailLengthMax = 500;

/** The notices of a process, one entry for each code and service; when it is full the one that was seen longest ago goes. */
export class NoticeList {
  private readonly entries = new Map<string, ShownNotice>();

  add(notice: NoticeInput, at: Temporal.Instant): void {
    const key = `${notice.code} ${notice.service ?? ''}`;
    const known = this.entries.get(key);
    // Deleting first moves the entry to the end: the Map's order is then the order of last sight.
    this.entries.delete(key);
    if (this.entries.size >= noticesMax) this.entries.delete(this.entries.keys().next().value!);
    this.entries.set(key, {
      code: notice.code,
      title: notice.title,
      detail: (notice.detail || known?.detail || '').slice(0, detailLengthMax),
      service: notice.service,
      count: notice.count + (known?.count ?? 0),
      firstAt: known?.firstAt ?? at,
      lastAt: at,
    });
  }

  /** Last seen first. */
  list(): ShownNotice[] {
    return [...this.entries.values()].toReversed();
  }
}
