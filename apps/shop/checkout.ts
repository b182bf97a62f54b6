import { addressOf, call, serve, work } from './service.ts';

const cart = addressOf('cart');
const payment = addressOf('payment');

serve({
  'POST /orders': async ({ body, log }) => {
    const { cents } = await call(cart, 'GET', `/carts/${encodeURIComponent(String(body?.cart))}`);
    const paid = await call(payment, 'POST', '/payments', { cents });
    await work(4);
    log.info({ 'order.cents': cents, 'order.payment': paid.payment }, 'order placed');
    return { order: paid.payment, cents };
  },
});
