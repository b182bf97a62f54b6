import { Command } from 'commander';
import { changeFaults } from './control.ts';
import { describeFault, noFault, parseLatencyMs, parseShare, type Fault } from './fault.ts';
import { shopServices, startShop } from './start.ts';

/** `npm run shop`: the shop alone against any OTLP receiver, and the faults of a shop that runs. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const show = (faults: Record<string, Fault>): void => {
  for (const [service, fault] of Object.entries(faults)) say(`${service.padEnd(10)} ${describeFault(fault)}`);
};

const program = new Command('shop')
  .description('The demo shop: five small services under real OpenTelemetry, and faults on demand')
  .addHelpText(
    'after',
    '\nExamples:\n  $ npm run shop -- fault payment --errors 5% --latency 300ms\n  $ npm run shop -- clear',
  );

program
  .command('open', { isDefault: true })
  .description('Run the shop against an OTLP receiver (npm run demo does this beside Leadline)')
  .option('--otlp <url>', 'OTLP over HTTP', 'http://127.0.0.1:4318')
  .option('--rate <perSecond>', 'visits a second; each pays once', Number, 30)
  .action(async ({ otlp, rate }: { otlp: string; rate: number }) => {
    if (!(rate > 0 && rate <= 500)) throw new Error('--rate takes a number of visits a second above 0, at most 500.');
    const shop = await startShop({ otlpHttpUrl: otlp, rate });
    say(`The shop is open at ${shop.gatewayUrl} and tells ${otlp}. Ctrl-C closes it.`);
    const close = (): void => void shop.stop();
    process.once('SIGINT', close);
    process.once('SIGTERM', close);
  });

program
  .command('fault')
  .description('Let a share of the requests of a service fail, or make it slow, from now on')
  .argument('<service>', shopServices.map(({ name }) => name).join(', '))
  .option('--errors <share>', 'share of requests that fail, such as 5%', parseShare, 0)
  .option('--latency <time>', 'added to every request, such as 300ms', parseLatencyMs, 0)
  .action(async (service: string, { errors, latency }: { errors: number; latency: number }) => {
    if (errors === 0 && latency === 0) throw new Error('Say what goes wrong: --errors 5%, --latency 300ms, or both.');
    show(await changeFaults({ [service]: { errors, latencyMs: latency } }));
  });

program
  .command('clear')
  .description('End the faults of one service, or of all')
  .argument('[service]')
  .action(async (service?: string) => {
    const names = service ? [service] : shopServices.map(({ name }) => name);
    show(await changeFaults(Object.fromEntries(names.map((name) => [name, noFault]))));
  });

program
  .command('status')
  .description('Show the faults of the running shop')
  .action(async () => show(await changeFaults({})));

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
