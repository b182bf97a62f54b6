import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anIntegration, startHouse, type House } from '../../integrations/testing/house.ts';
import { issue, issuerAt, signedEnvelope, startSnsHouse, type Issued, type SnsHouse } from '../testing/sns-topic.ts';
import { registerWebhooks } from '../webhooks.ts';

/** An alarm of CloudWatch counts only under a signature of SNS whose certificate a chain leads from to a root; and once. */
let house: House;
let webhooks: { stop(): Promise<void> };
let sns: SnsHouse;
let leaf: Issued;
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';

beforeAll(async () => {
  sns = await startSnsHouse();
  house = await startHouse(({ ground, integrations }) => {
    webhooks = registerWebhooks(ground, integrations);
  });
  leaf = await signer('/leaf.pem', {});
});
afterAll(async () => {
  await webhooks?.stop();
  await house?.stop();
  await sns?.stop();
});

/** A certificate that signs, served at a path; what stands between it and the root is asked for where it says. */
const signer = async (path: string, wanted: Partial<Parameters<typeof issue>[0]>): Promise<Issued> => {
  const extensions = [issuerAt(`http://${sns.plainHost}/middle.cer`)];
  const issued = await issue({ name: 'sns.amazonaws.com', by: sns.middle, extensions, ...wanted });
  sns.served.set(path, issued.pem);
  return issued;
};
const alarm = (name: string, state: string) =>
  JSON.stringify({
    AlarmName: name,
    AlarmDescription: 'More than 90 % [critical]',
    AWSAccountId: '123456789012',
    NewStateValue: state,
    NewStateReason: 'Threshold Crossed',
    StateChangeTime: '2026-03-01T09:00:00.093+0000',
    Region: 'EU (Ireland)',
    AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
    OldStateValue: 'OK',
    Trigger: {
      MetricName: 'CPUUtilization',
      Namespace: 'AWS/EC2',
      Dimensions: [{ value: 'i-0d07', name: 'InstanceId' }],
      Threshold: 90,
    },
  });
const envelope = (more: Record<string, string> = {}) => ({
  Type: 'Notification',
  MessageId: randomUUID(),
  TopicArn: topicArn,
  Subject: 'ALARM: "cpu" in EU (Ireland)',
  Message: alarm('cpu', 'ALARM'),
  Timestamp: new Date().toISOString(),
  SigningCertURL: `https://${sns.host}/leaf.pem`,
  ...more,
});
let made = 0;
const anIntake = (settings: Record<string, unknown> = {}) =>
  anIntegration(house.postgres, {
    name: `sns-${++made}`,
    kind: 'cloudwatch',
    settings: {
      certificateHosts: [sns.host, sns.plainHost],
      certificateAuthorities: sns.root.pem,
      ...settings,
    },
  });
const post = (key: string, body: unknown) =>
  house.http.fastify.inject({
    method: 'POST',
    url: `/intake/${key}`,
    payload: JSON.stringify(body),
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
  });
const alertsOf = async (id: string) =>
  (
    await house.postgres.pool.query(
      'SELECT dedup_key, status, severity, summary, labels, starts_at FROM alerting.alert JOIN alerting.alert_body ON alert_id = id WHERE integration_id = $1 ORDER BY id',
      [id],
    )
  ).rows;
const newest = async (id: string) => {
  await house.integrations.flush();
  const { rows } = await house.postgres.pool.query(
    'SELECT faulty, status, error FROM alerting.payload WHERE integration = $1 ORDER BY at DESC, id DESC LIMIT 1',
    [id],
  );
  return rows[0];
};

describe('An alarm by SNS', () => {
  it.each(['1', '2'])('signed by version %s becomes an alert and ends it', async (version) => {
    const { id, key } = await anIntake();
    const answer = await post(key, signedEnvelope(leaf, envelope({ SignatureVersion: version })));
    expect([answer.statusCode, answer.json().status]).toEqual([200, 'taken']);
    expect(await alertsOf(id)).toMatchObject([
      {
        dedup_key: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu',
        status: 'firing',
        severity: 'critical',
        summary: 'cpu: More than 90 % [critical]',
        labels: { region: 'eu-west-1', namespace: 'AWS/EC2', metric: 'CPUUtilization', InstanceId: 'i-0d07' },
        starts_at: new Date('2026-03-01T09:00:00.093Z'),
      },
    ]);
    await post(key, signedEnvelope(leaf, envelope({ SignatureVersion: version, Message: alarm('cpu', 'OK') })));
    expect(await alertsOf(id)).toMatchObject([{ status: 'resolved' }]);
  });

  it('whose data is missing warns, or ends where the settings say so', async () => {
    const warns = await anIntake();
    const ends = await anIntake({ insufficientData: 'resolve' });
    for (const { key } of [warns, ends]) {
      await post(key, signedEnvelope(leaf, envelope()));
      await post(key, signedEnvelope(leaf, envelope({ Message: alarm('cpu', 'INSUFFICIENT_DATA') })));
    }
    expect(await alertsOf(warns.id)).toMatchObject([{ status: 'firing', severity: 'warning' }]);
    expect(await alertsOf(ends.id)).toMatchObject([{ status: 'resolved' }]);
  });

  it('or any text that is published there', async () => {
    const { id, key } = await anIntake();
    await post(key, signedEnvelope(leaf, envelope({ Subject: 'WARNING: the budget is gone', Message: '100 USD' })));
    expect(await alertsOf(id)).toMatchObject([{ severity: 'warning', summary: 'WARNING: the budget is gone' }]);
  });

  it('asks for its certificate and for what stands between once', async () => {
    const { key } = await anIntake();
    await signer('/fresh.pem', {});
    const fresh = await signer('/fresh.pem', {});
    const before = sns.asked.length;
    for (let n = 0; n < 5; n += 1)
      await post(key, signedEnvelope(fresh, envelope({ SigningCertURL: `https://${sns.host}/fresh.pem` })));
    expect(sns.asked.slice(before)).toEqual(['/fresh.pem', '/middle.cer']);
  });

  it('takes a certificate that brings what stands between', async () => {
    const { key } = await anIntake();
    const whole = await signer('/whole.pem', { extensions: [] });
    sns.served.set('/whole.pem', whole.pem + sns.middle.pem);
    const body = signedEnvelope(whole, envelope({ SigningCertURL: `https://${sns.host}/whole.pem` }));
    expect((await post(key, body)).statusCode).toBe(200);
  });

  it('of a clock that is a day ahead is taken and told', async () => {
    const { id, key } = await anIntake();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const message = alarm('cpu', 'ALARM').replace('2026-03-01T09:00:00.093+0000', tomorrow);
    const answer = await post(key, signedEnvelope(leaf, envelope({ Timestamp: tomorrow, Message: message })));
    expect(answer.json().notes[0]).toContain('clock');
    expect((await alertsOf(id))[0].starts_at.getTime()).toBeLessThan(Date.now() + 60_000);
  });
});

describe('Refused, and kept, is', () => {
  const refusedBy = async (
    { id, key }: { readonly id: string; readonly key: string },
    body: unknown,
    [status, code]: readonly [number, string],
  ): Promise<void> => {
    const answer = await post(key, body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(await newest(id)).toMatchObject({ faulty: true, status });
  };
  const wrong = [403, 'alerting.wrong-signature'] as const;

  it('the same message again', async () => {
    const intake = await anIntake();
    const body = signedEnvelope(leaf, envelope());
    expect((await post(intake.key, body)).statusCode).toBe(200);
    await refusedBy(intake, body, [409, 'alerting.replayed']);
    const other = await anIntake();
    expect((await post(other.key, body)).statusCode).toBe(200);
  });

  it('a message of yesterday', async () => {
    const intake = await anIntake();
    const old = new Date(Date.now() - 25 * 3_600_000).toISOString();
    await refusedBy(intake, signedEnvelope(leaf, envelope({ Timestamp: old })), [403, 'alerting.too-old']);
    expect(await alertsOf(intake.id)).toEqual([]);
  });

  it.each([
    ['Message', alarm('other', 'OK')],
    ['Subject', 'Nothing happened'],
    ['MessageId', 'another'],
    ['TopicArn', 'arn:aws:sns:eu-west-1:1:other'],
    ['Timestamp', new Date(Date.now() - 1_000).toISOString()],
    ['SignatureVersion', '1'],
    ['Signature', 'bm9uc2Vuc2U='],
    ['Signature', ''],
  ])('a message whose %s was changed', async (name, value) => {
    await refusedBy(await anIntake(), { ...signedEnvelope(leaf, envelope()), [name]: value }, wrong);
  });

  it.each([
    ['that ran out', { days: [-30, -1] as const }],
    ['that is not valid yet', { days: [1, 30] as const }],
    ['that nobody signed', { by: undefined, extensions: [] }],
    ['whose issuer cannot be had', { extensions: [] }],
    ['whose issuer stands somewhere else', { extensions: [issuerAt('http://127.0.0.1:1/middle.cer')] }],
  ])('a certificate %s', async (name, wanted) => {
    const path = `/${name.replaceAll(' ', '-')}.pem`;
    const { by, ...rest } = { by: sns.middle as Issued | undefined, ...wanted };
    const other = await signer(path, { ...rest, ...(by ? { by } : {}) });
    if (!by) sns.served.set(path, (await issue({ name: 'sns.amazonaws.com' })).pem);
    const body = signedEnvelope(other, envelope({ SigningCertURL: `https://${sns.host}${path}` }));
    await refusedBy(await anIntake(), body, wrong);
  });

  it('a certificate by an issuer that may not issue', async () => {
    const notAnAuthority = await issue({ name: 'No authority', by: sns.root });
    const other = await signer('/by-nobody.pem', { by: notAnAuthority, extensions: [] });
    sns.served.set('/by-nobody.pem', other.pem + notAnAuthority.pem);
    const body = signedEnvelope(other, envelope({ SigningCertURL: `https://${sns.host}/by-nobody.pem` }));
    await refusedBy(await anIntake(), body, wrong);
  });

  it.each([
    ['is none', 'nothing of the kind'],
    ['is not there', 404],
    ['never ends', 'x'.repeat(100_000)],
  ])('a certificate that %s', async (_name, served) => {
    sns.served.set('/odd.pem', served);
    const body = signedEnvelope(leaf, envelope({ SigningCertURL: `https://${sns.host}/odd.pem` }));
    await refusedBy(await anIntake(), body, wrong);
  });

  it.each([
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/a.pem',
    'https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://bucket.s3.eu-west-1.amazonaws.com/a.pem',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    '',
  ])('a certificate of %s: it is not even asked for', async (address) => {
    const before = sns.asked.length;
    await refusedBy(await anIntake(), signedEnvelope(leaf, envelope({ SigningCertURL: address })), [
      403,
      'alerting.foreign-address',
    ]);
    expect(sns.asked).toHaveLength(before);
  });

  it('a certificate of the test, where the settings do not name its host', async () => {
    const intake = await anIntake({ certificateHosts: [], certificateAuthorities: undefined });
    await refusedBy(intake, signedEnvelope(leaf, envelope()), [403, 'alerting.foreign-address']);
  });

  it('another topic than those of the settings', async () => {
    const intake = await anIntake({ topics: ['arn:aws:sns:eu-west-1:1:mine'] });
    await refusedBy(intake, signedEnvelope(leaf, envelope()), [403, 'alerting.other-topic']);
  });

  it.each([
    ['a message without its envelope', () => JSON.parse(alarm('cpu', 'ALARM'))],
    ['an envelope without a signature', () => ({ ...envelope(), SignatureVersion: '2' })],
    ['a version of signatures that there is not', () => ({ ...envelope(), Signature: 'x', SignatureVersion: '3' })],
    ['a time that is none', () => ({ ...envelope(), Signature: 'x', SignatureVersion: '2', Timestamp: 'now' })],
    ['a list', () => []],
  ])('%s', async (_name, body) => {
    await refusedBy(await anIntake(), body(), [400, 'alerting.payload-not-understood']);
  });
});

describe('A subscription', () => {
  const subscription = (path: string) =>
    envelope({
      Type: 'SubscriptionConfirmation',
      Token: 't0',
      Message: 'You have chosen to subscribe.',
      SubscribeURL: `https://${sns.host}${path}?Action=ConfirmSubscription&Token=t0`,
    });

  it('is confirmed by calling the signed address', async () => {
    const { id, key } = await anIntake();
    sns.served.set('/confirm', '<ConfirmSubscriptionResponse/>');
    const answer = await post(key, signedEnvelope(leaf, subscription('/confirm')));
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'confirmed' }]);
    expect(sns.asked.at(-1)).toBe('/confirm');
    expect(await newest(id)).toMatchObject({ faulty: false });
  });

  it('that cannot be confirmed now may come again', async () => {
    const { key } = await anIntake();
    const body = signedEnvelope(leaf, subscription('/later'));
    sns.served.set('/later', 500);
    const first = await post(key, body);
    expect([first.statusCode, first.json().code]).toEqual([502, 'alerting.subscription-not-confirmed']);
    sns.served.set('/later', 'well');
    expect((await post(key, body)).statusCode).toBe(200);
  });

  it('with an address of somebody else, or unsigned, calls nobody', async () => {
    const { key } = await anIntake();
    const before = sns.asked.length;
    const elsewhere = signedEnvelope(leaf, { ...subscription('/x'), SubscribeURL: 'https://evil.example/' });
    expect((await post(key, elsewhere)).json().code).toBe('alerting.foreign-address');
    const unsigned = { ...signedEnvelope(leaf, subscription('/x')), Token: 'other' };
    expect((await post(key, unsigned)).statusCode).toBe(403);
    expect(sns.asked.slice(before)).not.toContain('/x');
  });

  it('that somebody ended is told', async () => {
    const { id, key } = await anIntake();
    const body = signedEnvelope(leaf, { ...subscription('/x'), Type: 'UnsubscribeConfirmation' });
    expect((await post(key, body)).json()).toEqual({ status: 'unsubscribed' });
    expect((await newest(id)).error).toContain('unsubscribed');
  });
});
