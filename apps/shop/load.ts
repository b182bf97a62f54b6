import { randomUUID } from 'node:crypto';

/**
 * The customers: a process of its own, not instrumented. `rate` visits begin each second, evenly; each puts something
 * into a cart and pays. What does not come back is bounded: past `visitsMax` open visits new ones are left out.
 */
const gateway = process.env['SHOP_GATEWAY_URL'];
const ratePerSecond = Number(process.env['SHOP_RATE']);
if (!gateway || !(ratePerSecond > 0)) throw new Error('SHOP_GATEWAY_URL and SHOP_RATE are set by apps/shop/start.ts.');
const visitsMax = 200;
const callMsMax = 15_000;
const tickMs = 50;
const products = ['lead-7', 'lead-14', 'line-25', 'log-reel', 'glass-28'];

const ask = async (method: string, path: string, body?: unknown): Promise<void> => {
  const response = await fetch(gateway + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(callMsMax),
  });
  await response.arrayBuffer();
};

/** Every third customer looks around first; everybody buys. A customer who meets an error goes away. */
const visit = async (): Promise<void> => {
  const product = products[Math.floor(Math.random() * products.length)]!;
  const cart = randomUUID();
  if (Math.random() < 1 / 3) {
    await ask('GET', '/api/products');
    await ask('GET', `/api/products/${product}`);
  }
  await ask('POST', `/api/carts/${cart}/items`, { id: product });
  await ask('POST', '/api/orders', { cart });
};

let open = 0;
let begun = 0;
const startedMs = performance.now();
setInterval(() => {
  const due = Math.floor(((performance.now() - startedMs) / 1_000) * ratePerSecond);
  // After a pause of the machine the missed visits are not made up for: at most a second's worth at once.
  begun = Math.max(begun, due - Math.ceil(ratePerSecond));
  for (; begun < due; begun += 1) {
    if (open >= visitsMax) continue;
    open += 1;
    visit()
      .catch(() => {})
      .finally(() => (open -= 1));
  }
}, tickMs);

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
