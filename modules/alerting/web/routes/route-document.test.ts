import { describe, expect, it } from 'vitest';
import { drawRoute } from './route-drawing.ts';
import { newRouteText, readRoute, routeText } from './route-document.ts';
import { labelsOfText } from './tried-alert.ts';

const read = async (text: string) => {
  const answer = await readRoute(text);
  if (!('said' in answer)) throw new Error(answer.faults.join('; '));
  return answer.said;
};

describe('a route is its document', () => {
  it('says the same when it is written and read again', async () => {
    const route = await read(newRouteText);
    expect(await read(routeText(route))).toEqual(route);
  });
  it('keeps that nobody is told, and that each alert is a group of its own', async () => {
    const text = newRouteText.replace('      urgency: low', '      to: []\n      group: { by: [] }');
    const route = await read(text);
    expect(await read(routeText(route))).toEqual(route);
    expect(drawRoute(route).routes[0]).toMatchObject({ targets: [], options: ['all alerts as one'] });
  });
  it('keeps a webhook that is not told the end', async () => {
    const hook = '{ webhook: { url: "https://hooks.example/x", sendResolved: false } }';
    const route = await read(newRouteText.replace('- team: payments', `- ${hook}`));
    expect(await read(routeText(route))).toEqual(route);
    expect(drawRoute(route).targets).toEqual([{ icon: 'i-lucide-webhook', text: 'hooks.example/x', to: null }]);
  });
  it('says where it is wrong', async () => {
    expect(await readRoute('a: [')).toHaveProperty('faults');
    const wrong = await readRoute(newRouteText.replace('urgency: low', 'urgency: none'));
    expect('faults' in wrong && wrong.faults[0]).toContain('spec.routes.0.urgency');
  });
});

it('draws what each route says of its own, and the rest as above', async () => {
  const drawn = drawRoute(await read(newRouteText));
  expect(drawn).toMatchObject({
    id: 'payments',
    targets: [{ text: 'team payments' }],
    options: ['grouped by alertname, service'],
    routes: [{ id: 'payments/0', targets: null, options: ['low urgency'] }],
  });
});

it('reads labels as they are typed', () => {
  expect(labelsOfText('service=shop/cart\n severity="critical" , nothing\nurl=a=b')).toEqual({
    service: 'shop/cart',
    severity: 'critical',
    url: 'a=b',
  });
});
