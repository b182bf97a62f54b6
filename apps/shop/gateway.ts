import { addressOf, call, serve } from './service.ts';

const catalog = addressOf('catalog');
const cart = addressOf('cart');
const checkout = addressOf('checkout');
const cartPath = (id: string): string => `/carts/${encodeURIComponent(id)}`;

serve({
  'GET /api/products': () => call(catalog, 'GET', '/products'),
  'GET /api/products/:id': ({ params }) => call(catalog, 'GET', `/products/${encodeURIComponent(params['id']!)}`),
  'POST /api/carts/:cart/items': ({ params, body }) => call(cart, 'POST', `${cartPath(params['cart']!)}/items`, body),
  'POST /api/orders': ({ body }) => call(checkout, 'POST', '/orders', body),
});
