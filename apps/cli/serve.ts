import type { Command } from 'commander';
import type { CliContext } from '../../platform/cli/context.ts';
import { buildWebIfOlder } from '../../tools/build-web.ts';
import { supervise, type Ready } from '../server/supervise.ts';

/** `leadline serve` and `leadline demo`: the product, and the product with the shop beside it. */
export const registerServe = (program: Command, context: CliContext, flags: Record<string, unknown>): void => {
  program
    .command('serve')
    .description('Run Leadline: screens, API, OTLP receivers and the embedded engines')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline serve --data ./data --port 7070 --otlp-http-port 4318 --otlp-grpc-port 4317',
    )
    .action(async () => {
      process.exitCode = await serve(context, flags, () => {});
    });
  program
    .command('demo')
    .description('Run Leadline with the demo shop beside it: five small services under real OpenTelemetry')
    .option('--rate <perSecond>', 'visits a second of the load generator; each pays once', '30')
    .addHelpText('after', '\nExample:\n  $ leadline demo\n  $ npm run shop -- fault payment --errors 20%')
    .action(async (options: { rate: string }) => {
      const { startShop } = await import('../shop/start.ts');
      let shop: { stop(): Promise<void> } | null = null;
      process.exitCode = await serve(context, flags, async (ready) => {
        if (!ready.otlpHttpUrl || shop) return;
        shop = await startShop({ otlpHttpUrl: ready.otlpHttpUrl, rate: Number(options.rate) });
        context.text('The shop is open: npm run shop -- fault payment --errors 20%');
      });
      await (shop as { stop(): Promise<void> } | null)?.stop();
    });
};

const serve = async (
  context: CliContext,
  flags: Record<string, unknown>,
  onFirstReady: (ready: Ready) => void | Promise<void>,
): Promise<number> => {
  // Refuses a wrong configuration here, in words, before any process is started.
  context.configuration();
  const screens = buildWebIfOlder();
  screens.catch((error: unknown) =>
    process.stderr.write(`The screens could not be built: ${error instanceof Error ? error.message : String(error)}\n`),
  );
  return supervise({
    flags,
    onReady: (ready, restarts) => {
      if (restarts > 0) return;
      void screens
        .catch(() => {})
        .then(() => {
          context.text(`Leadline serves ${ready.url}`);
          if (ready.otlpHttpUrl) context.text(`OTLP over HTTP ${ready.otlpHttpUrl}, over gRPC ${ready.otlpGrpcUrl}`);
          if (ready.setupLink) context.text(`Set it up here, once: ${ready.setupLink}`);
        });
      void onFirstReady(ready);
    },
    onFailure: (message) => void process.stderr.write(`${message}\n`),
  });
};
