import { addressOf, call, Failure, serve, work } from './service.ts';

interface Item {
  readonly id: string;
  readonly cents: number;
}

const catalog = addressOf('catalog');
/** Newest last; the oldest cart is forgotten when there are too many. */
const carts = new Map<string, Item[]>();
const cartsMax = 1_000;
const itemsMax = 20;

serve({
  'POST /carts/:cart/items': async ({ params, body }) => {
    const product = (await call(catalog, 'GET', `/products/${encodeURIComponent(String(body?.id))}`)) as Item;
    await work(2);
    const cart = params['cart']!;
    const items = [...(carts.get(cart) ?? []), { id: product.id, cents: product.cents }].slice(-itemsMax);
    carts.delete(cart);
    carts.set(cart, items);
    if (carts.size > cartsMax) carts.delete(carts.keys().next().value!);
    return { items };
  },
  'GET /carts/:cart': async ({ params }) => {
    await work(2);
    const items = carts.get(params['cart']!);
    if (!items) throw new Failure(404, `There is no cart ${params['cart']}`);
    return { items, cents: items.reduce((sum, item) => sum + item.cents, 0) };
  },
});
