import { expect, it } from 'vitest';
import { emptyTraffic, trafficOf, trafficWords } from './traffic-form.ts';

it('says only what was filled in, and reads as people say it', () => {
  expect(trafficOf(emptyTraffic)).toEqual({ environment: null, operation: null, attributes: [] });
  const traffic = trafficOf({ ...emptyTraffic, operation: ' POST /pay ', key: 'load.test', value: 'true' });
  expect(traffic).toEqual({
    environment: null,
    operation: 'POST /pay',
    attributes: [{ key: 'load.test', op: '=', value: 'true' }],
  });
  expect(trafficWords(traffic)).toBe('POST /pay with load.test = true');
  expect(trafficWords({ environment: 'staging', operation: null, attributes: [] })).toBe('requests in staging');
});
