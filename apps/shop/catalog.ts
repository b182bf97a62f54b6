import { Failure, serve, work } from './service.ts';

/** What the shop sells. */
const products = [
  { id: 'lead-7', name: 'Hand lead, 7 lb', cents: 4_900 },
  { id: 'lead-14', name: 'Deep-sea lead, 14 lb', cents: 8_900 },
  { id: 'line-25', name: 'Marked line, 25 fathoms', cents: 3_200 },
  { id: 'log-reel', name: 'Chip log with reel', cents: 12_400 },
  { id: 'glass-28', name: 'Sand glass, 28 seconds', cents: 2_700 },
];

serve({
  'GET /products': async () => {
    await work(6);
    return { products };
  },
  'GET /products/:id': async ({ params }) => {
    await work(3);
    const product = products.find(({ id }) => id === params['id']);
    if (!product) throw new Failure(404, `There is no product ${params['id']}`);
    return product;
  },
});
