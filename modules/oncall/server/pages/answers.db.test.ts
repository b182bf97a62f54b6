import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPagesWorld, type PagesWorld } from './testing/world.ts';

let world: PagesWorld;

beforeAll(async () => {
  world = await startPagesWorld();
  await world.policy('payments', {
    team: 'payments',
    steps: [
      { after: 'PT0S', notify: [{ person: 'p1' }] },
      { after: 'PT5M', notify: [{ person: 'p2' }] },
    ],
  });
});
afterAll(() => world.stop());

const messageOf = async (id: string): Promise<any> => {
  await world.until(async () => expect((await world.read(id)).steps[0]?.attempts[0]?.result).toBe('accepted'));
  const { rows } = await world.postgres.pool.query(
    `SELECT content FROM delivery.message WHERE about = $1 ORDER BY created_at`,
    [`page:${id}`],
  );
  return rows[0].content;
};
const linkOf = (content: any, action: string): string =>
  new URL(content.actions.find((each: any) => each.id === action).url).pathname;
const visit = async (method: 'GET' | 'POST', url: string) => {
  const answer = await world.http.fastify.inject({
    method,
    url,
    ...(method === 'POST' ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' } : {}),
  });
  return { status: answer.statusCode, text: answer.body, headers: answer.headers };
};

describe('whether a page was useful', () => {
  it('is asked by every link, and answered without doing what the link is for; the last word of a person counts', async () => {
    const { id } = await world.page({ summary: 'Judged', policy: 'payments' });
    const link = linkOf(await messageOf(id), 'acknowledge');
    expect((await visit('GET', link)).text).toContain('Was this page useful?');
    const say = (useful: string) =>
      world.http.fastify.inject({
        method: 'POST',
        url: link,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `useful=${useful}`,
      });
    expect((await say('no')).body).toContain('Noted: it was not useful');
    await say('no');
    await say('yes');
    const { state, timeline } = await world.read(id);
    expect(state).toBe('triggered');
    const said = timeline.filter(({ what }: { what: string }) => what.endsWith('useful'));
    expect(said.map(({ what, by }: { what: string; by: string }) => [what, by])).toEqual([
      ['not-useful', 'p1'],
      ['useful', 'p1'],
    ]);
  });
});

describe('a link in a message acts without sign-in, for one purpose, once', () => {
  it('shows a button where it is opened, acts where it is pressed, and answers a second time kindly', async () => {
    const { id } = await world.page({ summary: 'Cards <b>refused</b>', policy: 'payments' });
    const link = linkOf(await messageOf(id), 'acknowledge');
    const opened = await visit('GET', link);
    expect(opened.status).toBe(200);
    expect(opened.text).toContain('Cards &#60;b&#62;refused&#60;/b&#62;');
    expect(opened.text).toContain('<button type="submit">Acknowledge</button>');
    expect(opened.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    // A scanner that opens every link has answered nothing.
    expect((await world.read(id)).state).toBe('triggered');
    const pressed = await visit('POST', link);
    expect(pressed.text).toContain('Done.');
    expect(await world.read(id)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'p1' });
    const again = await visit('POST', link);
    expect(again.status).toBe(200);
    expect(again.text).toContain('This was done already, by p1; nothing was done twice.');
    const { timeline } = await world.read(id);
    expect(timeline.filter((entry: any) => entry.what === 'acknowledged')).toHaveLength(1);
    expect(timeline.find((entry: any) => entry.what === 'acknowledged').data.via).toBe('link');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('acts once of two presses at the same moment', async () => {
    const { id } = await world.page({ summary: 'Twice', policy: 'payments' });
    const link = linkOf(await messageOf(id), 'resolve');
    const both = await Promise.all([visit('POST', link), visit('POST', link)]);
    expect(both.map(({ text }) => text.includes('Done.')).toSorted()).toEqual([false, true]);
    expect((await world.read(id)).timeline.filter((entry: any) => entry.what === 'resolved')).toHaveLength(1);
  });

  it('has expired after a day, and says so', async () => {
    const { id } = await world.page({ summary: 'Old', policy: 'payments' });
    const link = linkOf(await messageOf(id), 'resolve');
    await world.pass('25 hours');
    const late = await visit('POST', link);
    expect(late.status).toBe(410);
    expect(late.text).toContain('expired');
    expect((await world.read(id)).state).toBe('triggered');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });

  it('is refused where it is invented or changed, and guessing ends', async () => {
    const { id } = await world.page({ summary: 'Guess', policy: 'payments' });
    const link = linkOf(await messageOf(id), 'acknowledge');
    const changed = `${link.slice(0, -3)}AAA`;
    expect((await visit('POST', changed)).status).toBe(404);
    const statuses: number[] = [];
    for (let tries = 0; tries < 60; tries += 1) statuses.push((await visit('POST', changed)).status);
    expect(statuses).toContain(429);
    expect((await world.read(id)).state).toBe('triggered');
    // Who has the right one is let in all the same.
    expect((await visit('POST', link)).text).toContain('Done.');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
  });
});

describe('who may do what with pages and policies', () => {
  it('lets responders of the team, and whoever was paged, answer; others only read', async () => {
    const { id } = await world.page({ summary: 'Whose', policy: 'payments' });
    await messageOf(id);
    const stranger = await world.call('cy', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    expect(stranger).toMatchObject({ status: 403, body: { code: 'oncall.not-your-page' } });
    expect((await world.call('robot', 'POST', `/api/v1/pages/${id}/resolve`, {})).status).toBe(403);
    const seen = await world.call('cy', 'GET', `/api/v1/pages/${id}`);
    expect(seen.status).toBe(200);
    // Addresses are for the person and admins.
    expect(JSON.stringify(seen.body)).not.toContain(world.hooks.url);
    expect((await world.call('bo', 'POST', `/api/v1/pages/${id}/acknowledge`, {})).status).toBe(200);
    const { rows } = await world.postgres.pool.query(`SELECT id FROM identity.person WHERE name = 'p1'`);
    world.actors['p1'] = { kind: 'person', id: rows[0].id, name: 'p1', role: 'viewer', teams: {}, scopes: ['api'] };
    expect((await world.call('p1', 'POST', `/api/v1/pages/${id}/resolve`, {})).status).toBe(200);
  });

  it("refuses another team's policy, and paging by who answers nothing", async () => {
    const spec = { team: 'payments', steps: [{ notify: [{ person: 'p1' }] }] };
    const asCy = await world.call('cy', 'PUT', '/api/v1/escalation-policies/payments', spec);
    expect(asCy).toMatchObject({ status: 403, body: { code: 'oncall.not-your-policy' } });
    expect((await world.call('cy', 'DELETE', '/api/v1/escalation-policies/payments')).status).toBe(403);
    // Nor may it be taken by giving it one's own team.
    expect(
      (await world.call('cy', 'PUT', '/api/v1/escalation-policies/payments', { ...spec, team: 'search' })).status,
    ).toBe(403);
    expect((await world.call('bo', 'PUT', '/api/v1/escalation-policies/payments-low', spec)).status).toBe(200);
    expect((await world.call('robot', 'POST', '/api/v1/pages', { summary: 'x', policy: 'payments' })).status).toBe(403);
  });
});

describe('bad input is told clearly and loses nothing', () => {
  it.each([
    { name: 'nobody', body: {}, status: 400, code: 'oncall.nobody-to-page' },
    { name: 'two ways', body: { team: 'payments', person: 'p1' }, status: 400, code: 'oncall.nobody-to-page' },
    { name: 'an unknown policy', body: { policy: 'none' }, status: 422, code: 'oncall.unknown-policy' },
    { name: 'an unknown team', body: { team: 'none' }, status: 422, code: 'oncall.unknown-team' },
    {
      name: 'details of 10 MB',
      body: { policy: 'payments', details: 'x'.repeat(10_000_000) },
      status: 413,
      code: 'oncall.details-too-large',
    },
  ])('refuses a page with $name', async ({ body, status, code }) => {
    const answer = await world.call('ada', 'POST', '/api/v1/pages', { summary: 'Bad', ...body });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('refuses a policy that points at what does not exist, each at its place', async () => {
    const spec = {
      steps: [{ notify: [{ person: 'nobody' }, { schedule: 'gone' }] }],
      otherwise: { notify: [{ team: 'none' }] },
    };
    const { status, body } = await world.call('ada', 'PUT', '/api/v1/escalation-policies/bad', spec);
    expect(status).toBe(422);
    expect(body.errors.map((each: any) => each.path).toSorted()).toEqual([
      'body.otherwise.notify.0.team',
      'body.steps.0.notify.0.person',
      'body.steps.0.notify.1.schedule',
    ]);
  });

  it('applies the same policy again without a change, and pages by team, person and list', async () => {
    const url = '/api/v1/escalation-policies/same';
    const spec = { steps: [{ after: 'PT0S', notify: [{ person: 'p1' }] }], repeat: 0 };
    expect((await world.call('ada', 'PUT', url, spec)).body.outcome).toBe('created');
    expect((await world.call('ada', 'PUT', url, spec)).body.outcome).toBe('unchanged');
    expect((await world.call('ada', 'GET', url)).body.afterLast).toContain('the admins of the organisation are told');
    expect(await world.page({ summary: 'By team', team: 'payments' })).toMatchObject({
      team: 'payments',
      policy: expect.stringContaining('payments'),
    });
    expect(await world.page({ summary: 'By person', person: 'p2' })).toMatchObject({ person: 'p2', policy: null });
    const first = (await world.call('ada', 'GET', '/api/v1/pages?state=open&limit=1')).body;
    const second = (await world.call('ada', 'GET', `/api/v1/pages?state=open&limit=1&cursor=${first.next}`)).body;
    expect([first.items[0].summary, second.items[0].summary]).toEqual(['By person', 'By team']);
    expect((await world.call('ada', 'GET', '/api/v1/pages?cursor=x')).status).toBe(400);
    await world.until(async () =>
      expect(
        (await world.call('ada', 'GET', '/api/v1/pages?person=p2')).body.items.map((each: any) => each.summary),
      ).toContain('By person'),
    );
  });
});

describe('a policy is tried out', () => {
  it('says who would be paged on Sunday at four, step by step with reasons, and pages nobody', async () => {
    const pages = async (): Promise<unknown> =>
      (await world.postgres.pool.query('SELECT count(*) FROM oncall.page')).rows;
    const before = await pages();
    const url = '/api/v1/escalation-policies/payments/try?at=2026-11-22T03:00:00Z';
    const { body } = await world.call('cy', 'POST', url);
    expect(body.steps.map((each: any) => [each.at, each.reason, each.notifies.map((one: any) => one.person)])).toEqual([
      ['2026-11-22T03:00:00Z', 'told', ['p1', 'p1']],
      ['2026-11-22T03:05:00Z', 'told', ['p2']],
      // Nobody is an admin of the team payments: the organisation's are told.
      ['2026-11-22T03:10:00Z', 'nobody-answered', expect.arrayContaining(['ada'])],
    ]);
    const low = (await world.call('cy', 'POST', `${url}&urgency=low`)).body;
    expect(low.steps[0]).toMatchObject({
      reason: 'waits-for-working-hours',
      notifies: [{ at: '2026-11-23T08:00:00Z' }, {}],
    });
    expect(await pages()).toEqual(before);
  });
});
