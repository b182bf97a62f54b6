/** Milliseconds after which a stream that the server closed or refused is opened again. */
const reopenMs = 10_000;

/**
 * Hears a Server-Sent Events stream while the tab is visible. A hidden tab closes it: a browser allows six connections
 * to one host over HTTP/1.1, and a few forgotten tabs must not starve the one that is looked at.
 * `onReopen` is called when it opens again after a pause, when events may have been missed.
 */
export const openStream = (options: {
  readonly url: string;
  readonly on: Readonly<Record<string, (data: unknown) => void>>;
  readonly onReopen?: () => void;
}): { stop(): void } => {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let openedBefore = false;

  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    source = new EventSource(options.url);
    source.addEventListener('open', () => {
      if (openedBefore) options.onReopen?.();
      openedBefore = true;
    });
    source.addEventListener('error', () => {
      // The browser tries again by itself unless the answer was no stream at all.
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenMs);
    });
    for (const [name, hear] of Object.entries(options.on)) {
      source.addEventListener(name, (event) => {
        const data = parse((event as MessageEvent<string>).data);
        if (data !== undefined) hear(data);
      });
    }
  };
  const onVisibility = (): void => (document.hidden ? close() : open());

  document.addEventListener('visibilitychange', onVisibility);
  if (!document.hidden) open();
  return {
    stop: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      close();
    },
  };
};

/** A comment of a proxy or a cut line is no event. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
