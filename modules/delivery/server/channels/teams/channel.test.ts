import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPageContent, aPageMessage } from '../../testing/a-page.ts';
import { channelGround, providerOf, sendBy } from '../../testing/channel-ground.ts';
import { startOutside, type Outside, type Said } from '../../testing/outside.ts';
import { createTeams } from './channel.ts';

const ground = channelGround();
const channel = createTeams(ground);
let workflow: Outside;
let instead: Said | null = null;

/** A workflow's trigger: 202 for a message with one Adaptive Card that Teams can show, and the gateway's words otherwise. */
beforeAll(async () => {
  workflow = await startOutside((seen) => {
    if (instead) return instead;
    const bad = (message: string): Said => ({
      status: 400,
      body: { error: { code: 'TriggerInputSchemaMismatch', message } },
    });
    if (!String(seen.headers['content-type']).startsWith('application/json')) return bad('content type');
    if (seen.body.length > 28 * 1024) return { status: 413, body: 'RequestEntityTooLarge' };
    const { type, attachments } = seen.json();
    if (type !== 'message' || attachments?.length !== 1) return bad('attachments');
    const [{ contentType, content }] = attachments;
    if (contentType !== 'application/vnd.microsoft.card.adaptive') return bad('contentType');
    if (content.type !== 'AdaptiveCard' || !['1.4', '1.5'].includes(content.version)) return bad('card');
    if (content.actions.length > 6 || content.actions.some((each: any) => each.type !== 'Action.OpenUrl'))
      return bad('a workflow can only open addresses');
    return { status: 202, headers: { 'x-ms-workflow-run-id': '0858' } };
  });
});
afterAll(async () => {
  await workflow.stop();
  ground.stop();
});

const send = (given: Parameters<typeof aPageMessage>[0] = {}) =>
  sendBy(
    channel,
    providerOf(channel),
    aPageMessage({ channel: 'teams', address: `${workflow.url}/workflows/1?sig=x`, ...given }),
  );
const lastCard = () => workflow.seen.at(-1)!.json().attachments[0].content;

describe('A page in Teams', () => {
  it('is a card with facts and buttons that open the signed links', async () => {
    instead = null;
    expect(await send()).toEqual({
      result: 'accepted',
      status: 202,
      detail: null,
      providerRef: '0858',
      retryAfterSeconds: null,
    });
    expect(workflow.seen.at(-1)!.headers['idempotency-key']).toBe('page-1-step-0-p1-hook');
    expect(lastCard()).toMatchObject({
      version: '1.4',
      body: [
        { type: 'TextBlock', text: 'Checkout burns its budget', color: 'Attention', wrap: true },
        { type: 'TextBlock', text: 'Checkout burns its budget 14 times too fast since 02:51.' },
        {
          type: 'FactSet',
          facts: [
            { title: 'Service', value: 'shop/checkout' },
            { title: 'Since', value: '02:51' },
          ],
        },
      ],
      actions: [
        { type: 'Action.OpenUrl', title: 'Acknowledge', url: 'https://leadline.example.org/do/a1', style: 'positive' },
        { type: 'Action.OpenUrl', title: 'Resolve', url: 'https://leadline.example.org/do/r1' },
        { type: 'Action.OpenUrl', title: 'Open the page', url: 'https://leadline.example.org/pages/1' },
      ],
    });
  });

  it('hides no link of somebody else, and fits whatever its length', async () => {
    instead = null;
    const content = aPageContent({ text: `[click](https://evil.example) \\ ${'"ü'.repeat(50_000)}` });
    expect((await send({ content })).result).toBe('accepted');
    expect(lastCard().body[1].text).toMatch(/^\\\[click\\\]\(https:\/\/evil.example\) \\\\ "ü/);
    expect(workflow.seen.at(-1)!.body.length).toBeGreaterThan(25_000);
    expect(lastCard().actions).toHaveLength(3);
  });
});

const failed = (status: number) =>
  `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0`;

describe('What Teams does not take is told', () => {
  it.each<[string, Said, string, RegExp, number | null]>([
    ['200 with "too many" inside', { status: 200, body: failed(429) }, 'failed', /HTTP error 429/, null],
    ['200 with "too large" inside', { status: 200, body: failed(413) }, 'refused', /HTTP error 413/, null],
    [
      '200 with a broken backend inside',
      { status: 200, body: 'System.Net.Http.HttpRequestException: x' },
      'failed',
      /Exception/,
      null,
    ],
    ['200 and 1, as older webhooks say yes', { status: 200, body: '1' }, 'accepted', /^$/, null],
    ['too many', { status: 429, headers: { 'retry-after': '9' }, body: '' }, 'failed', /429/, 9],
    [
      'a workflow that was removed',
      { status: 404, body: { error: { code: 'WorkflowNotFound', message: 'The workflow could not be found.' } } },
      'refused',
      /WorkflowNotFound The workflow could not be found/,
      null,
    ],
    ['down', { status: 502, body: '' }, 'failed', /502/, null],
  ])('%s', async (_name, said, result, detail, retryAfterSeconds) => {
    instead = said;
    const sent = await send();
    expect(sent).toMatchObject({ result, status: said.status, retryAfterSeconds });
    expect(sent.detail ?? '').toMatch(detail);
  });

  it('an address that is none', () => {
    expect(channel.check('payments', null)).toMatch(/workflow/);
    expect(channel.check('https://prod-1.westeurope.logic.azure.com/workflows/1', null)).toBeNull();
  });
});
