import { CloudEvent, HTTP, ValidationError } from 'cloudevents';
import { Refusal } from '../../../../kernel/problem.ts';
import { alertOfCloudEvent, type CloudEventSaid } from '../../domain/sources/cloud-event.ts';
import { isObject } from '../../domain/sources/fields.ts';
import { payloadAlertsMax, type Parsed } from '../../domain/sources/parsed.ts';
import type { SourceAnswer, SourceCall } from '../integrations/source.ts';
import { mapPayload } from './mapping/map-payload.ts';
import type { Mapper } from './mapping/mapper.ts';
import { readText } from './read-body.ts';
import { takeParsed, type TakeGround } from './take-parsed.ts';

/**
 * CloudEvents over HTTP: structured, batched and binary mode, read by the CNCF's own SDK. With a mapping, that is what makes the
 * alerts; it sees the events in their JSON form, a batch as a list.
 */
export const takeCloudEvents = async (
  ground: TakeGround & { readonly mapper: Mapper },
  call: SourceCall,
): Promise<SourceAnswer> => {
  const { text, notes } = readText(call);
  const events = eventsOf(call, text);
  const { mapping } = call.integration.settings;
  const parsed: Parsed =
    typeof mapping === 'string'
      ? await mapPayload(ground.mapper, {
          owner: call.integration.id,
          expression: mapping,
          payload: JSON.stringify(events.length === 1 ? events[0] : events),
        })
      : { ok: true, alerts: events.map((event) => alertOfCloudEvent(saidOf(event))), notes: [] };
  return takeParsed(ground, { ...call, notes }, parsed);
};

const eventsOf = ({ headers, contentType }: SourceCall, text: string): readonly CloudEvent<unknown>[] => {
  try {
    const found = HTTP.toEvent({
      headers: { ...headers, 'content-type': headers['content-type'] ?? contentType },
      body: text,
    });
    const events = (Array.isArray(found) ? found : [found]).map((event) =>
      event instanceof CloudEvent ? event : new CloudEvent(event, false),
    );
    requireAttributes(contentType, text);
    if (events.length === 0) throw notAnEvent('the batch is empty');
    if (events.length > payloadAlertsMax) throw notAnEvent(`the batch has more than ${payloadAlertsMax} events`);
    for (const event of events) event.validate();
    return events;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw notAnEvent(wordsOf(error));
  }
};

/** The SDK makes up an id where there is none and takes any version; an event that names neither is no event. */
const requireAttributes = (contentType: string, text: string): void => {
  if (!contentType.startsWith('application/cloudevents')) return;
  const parsed: unknown = JSON.parse(text);
  for (const each of Array.isArray(parsed) ? parsed : [parsed]) {
    if (!isObject(each)) throw notAnEvent('an event is an object');
    const missing = ['id', 'source', 'type'].find((name) => typeof each[name] !== 'string' || each[name] === '');
    if (missing !== undefined) throw notAnEvent(`${missing} is missing`);
    if (each['specversion'] !== '1.0' && each['specversion'] !== '0.3') throw notAnEvent('specversion is not 1.0');
  }
};

/** The SDK names wrong attributes in `errors`, and throws plain errors and those of JSON for the rest. */
const wordsOf = (error: unknown): string => {
  const { message } = error as Error;
  const faults = error instanceof ValidationError && Array.isArray(error.errors) ? error.errors : [];
  const named = faults.map((each) =>
    typeof each === 'string' ? each : `${each.instancePath.slice(1)} ${each.message}`,
  );
  return [message, ...named].join('; ').slice(0, 500);
};

const notAnEvent = (detail: string): Refusal =>
  new Refusal({
    status: 400,
    code: 'alerting.no-cloudevent',
    title: 'This is no CloudEvent',
    detail: `${detail}. Structured (application/cloudevents+json), batched and binary (ce-… headers) mode are taken.`,
  });

/** Attributes that CloudEvents itself has; all others are extensions. */
const own = new Set([
  'id',
  'source',
  'type',
  'specversion',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);

const saidOf = (event: CloudEvent<unknown>): CloudEventSaid => ({
  id: String(event.id),
  source: String(event.source),
  type: String(event.type),
  subject: event.subject ?? null,
  time: event.time ?? null,
  dataSchema: event.dataschema ?? null,
  data: dataOf(event),
  extensions: Object.fromEntries(
    Object.entries(event)
      .filter(([name, value]) => !own.has(name) && ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  ),
});

/** Data that is not JSON stands as text; what is binary is named and stands in the payload. */
const dataOf = ({ data, data_base64: packed, datacontenttype }: CloudEvent<unknown>): unknown => {
  if (packed !== undefined) return `(binary, ${datacontenttype ?? 'of no type'}; it stands in the payload)`;
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8') : data;
};
