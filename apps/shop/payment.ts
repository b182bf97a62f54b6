import { randomUUID } from 'node:crypto';
import { Failure, serve, work } from './service.ts';

serve({
  'POST /payments': async ({ body }) => {
    const cents = Number(body?.cents);
    if (!(cents > 0)) throw new Failure(400, 'A payment needs an amount in cents');
    await work(18);
    return { payment: randomUUID(), cents };
  },
});
