import { z } from 'zod';
import { filterNames, placesOf } from '../../../domain/fill-template.ts';
import { isJsonPath } from '../../../domain/json-path.ts';

/** What a template may name; besides these, each secret as `secret.<its name>`. */
export const placeNames = ['to', 'text', 'subject', 'spoken', 'key', 'about', 'link', 'receiptUrl', 'keysUrl'] as const;

const template = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .superRefine((text, context) => {
      for (const { name, filter } of placesOf(text)) {
        if (!(placeNames as readonly string[]).includes(name) && !/^secret\.[\w-]+$/.test(name))
          context.addIssue(`{{${name}}} is unknown; there are ${placeNames.join(', ')} and secret.<name>`);
        if (filter !== null && !filterNames.includes(filter))
          context.addIssue(`the filter ${filter} is unknown; there are ${filterNames.join(', ')}`);
      }
    });

const path = z.string().max(200).refine(isJsonPath, 'a place in JSON such as messages.0.status');
const values = z.array(z.string().max(200)).min(1).max(50);

/** How to speak with a gateway: what to send, what is a yes, and how it reports back. */
export const gatewaySettings = z.strictObject({
  method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  /** The host is written out; places only behind it. */
  url: template(2_000).refine(
    (text) => /^https?:\/\/[^{}\s/?#]+([/?#]|$)/.test(text),
    'an http or https address whose host has no {{…}}',
  ),
  contentType: z.string().max(100).default('application/json'),
  headers: z.record(z.string().regex(/^[\w-]{1,100}$/), template(2_000)).default({}),
  /** Each value is escaped for the content type: JSON, form, XML, or as it is. */
  body: template(8_000).optional(),
  success: z
    .strictObject({
      /** Any of these statuses; any 2xx where absent. */
      statuses: z.array(z.number().int().min(100).max(599)).min(1).max(20).optional(),
      /** The answer says at this place one of `equals`; anything but nothing, null, false and "" where `equals` is absent. */
      path: path.optional(),
      equals: values.optional(),
      /** The answer is any text that holds this one. */
      contains: z.string().min(1).max(200).optional(),
      /** Values at `path` that are worth another try. */
      temporary: values.optional(),
      /** Where the answer says what is wrong. */
      errorPath: path.optional(),
    })
    .default({}),
  /** Where the answer names the message: receipts may name it so. */
  refPath: path.optional(),
  /** What the gateway reports to `{{receiptUrl}}`, or to the provider's callback address with `receipt` behind it. */
  receipt: z
    .strictObject({
      statusPath: path,
      delivered: values,
      failed: values,
      /** Where it names the message by its own name; needed only where it is not told `{{receiptUrl}}`. */
      refPath: path.optional(),
      detailPath: path.optional(),
    })
    .optional(),
  /** SMS that came in, to the callback address with `sms` behind it. */
  incoming: z.strictObject({ fromPath: path, textPath: path, idPath: path }).optional(),
  /** A phone key that was pressed, to `{{keysUrl}}`. */
  keys: z.strictObject({ digitPath: path }).optional(),
});

export type GatewaySettings = z.output<typeof gatewaySettings>;

/**
 * Secrets of a gateway have the names that the templates use. Known ones: `callbackSecret` (whoever calls back must know it),
 * `username` and `password` (HTTP Basic).
 */
export const gatewaySecrets = z.record(z.string().regex(/^[A-Za-z][\w-]{0,60}$/), z.string().min(1).max(8_192));
