import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStream } from './stream.ts';

/** The browser's side of a stream, as far as the page uses it. */
class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 1;
  constructor() {
    super();
    FakeEventSource.opened.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
  say(name: string, data?: string): void {
    this.dispatchEvent(data === undefined ? new Event(name) : new MessageEvent(name, { data }));
  }
}
const open = (): FakeEventSource[] => FakeEventSource.opened.filter((source) => source.readyState !== 2);
const hide = (hidden: boolean): void => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
};

describe('live updates', () => {
  beforeEach(() => {
    FakeEventSource.opened = [];
    vi.stubGlobal('EventSource', FakeEventSource);
    vi.useFakeTimers();
  });
  afterEach(() => {
    hide(false);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('hear named events and pass over what is no JSON', () => {
    const heard: unknown[] = [];
    const stream = openStream({ url: '/live', on: { log: (data) => heard.push(data) } });
    open()[0]!.say('log', '{"a":1}');
    open()[0]!.say('log', 'not json');
    open()[0]!.say('other', '{"b":2}');
    expect(heard).toEqual([{ a: 1 }]);
    stream.stop();
    expect(open()).toEqual([]);
  });

  it('let the connection go while the tab is hidden, and ask anew when it is seen again', () => {
    const onReopen = vi.fn();
    const stream = openStream({ url: '/live', on: {}, onReopen });
    open()[0]!.say('open');
    hide(true);
    expect(open()).toEqual([]);
    hide(false);
    open()[0]!.say('open');
    expect(onReopen).toHaveBeenCalledOnce();
    stream.stop();
  });

  it('come back after the server refused them', () => {
    const stream = openStream({ url: '/live', on: {} });
    open()[0]!.close();
    FakeEventSource.opened[0]!.say('error');
    vi.advanceTimersByTime(10_000);
    expect(open()).toHaveLength(1);
    stream.stop();
  });
});
