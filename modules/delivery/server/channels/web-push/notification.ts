import type { OutgoingMessage } from '../../public.ts';
import { bodyText } from '../body-text.ts';
import { shortenToFit } from '../shorten.ts';

/** What a push service must carry is 4,096 bytes encrypted, 3,993 before (RFC 8291 section 4). */
export const plainBytesMax = 3_993;

/** What the service worker shows; apps/web/public/service-worker.js reads it. */
export interface PushedNotification {
  readonly title: string;
  readonly body: string;
  /** Notifications of one page stand in one place on the device. */
  readonly tag: string;
  readonly url: string | null;
  readonly actions: readonly { readonly action: string; readonly title: string; readonly url: string }[];
  /** Stays until it is dealt with. */
  readonly stays: boolean;
}

/** The notification as it leaves, shortened so that it fits with its links, which are never cut. */
export const pushedNotification = (message: OutgoingMessage): Buffer => {
  const { content } = message;
  const build = (body: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        title: content.subject.slice(0, 200),
        body,
        tag: message.about,
        url: content.link?.url ?? null,
        actions: (content.actions ?? []).slice(0, 2).map(({ id, label, url }) => ({ action: id, title: label, url })),
        stays: message.urgency === 'high',
      } satisfies PushedNotification),
    );
  return shortenToFit(bodyText(content), build, (bytes) => bytes.length <= plainBytesMax);
};
