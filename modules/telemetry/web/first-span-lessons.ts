/** How one language's OpenTelemetry SDK is pointed at Leadline without a change to the program. */
export interface Lesson {
  readonly language: string;
  /** Where these lines come from. */
  readonly source: string;
  readonly steps: readonly { readonly label: string; readonly code: string }[];
}

/** Lessons with the real address in them; `otlpHttp` is OTLP over HTTP, as every SDK here speaks it. */
export const lessonsFor = (otlpHttp: string): readonly Lesson[] =>
  [node, dotnet, java, python, go].map((lesson) => lesson((...more) => environment(otlpHttp, more)));

/** Lines that set the environment; each argument is one more line. */
type Environment = (...more: string[]) => string;

const environment = (otlpHttp: string, more: readonly string[]): string =>
  [
    'export OTEL_SERVICE_NAME=checkout',
    'export OTEL_RESOURCE_ATTRIBUTES=service.namespace=shop,deployment.environment.name=dev',
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}`,
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ...more,
  ].join('\n');

const node = (lines: Environment): Lesson => ({
  language: 'Node',
  source: 'https://opentelemetry.io/docs/zero-code/js/',
  steps: [
    { label: 'Install', code: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node' },
    {
      label: 'Run',
      code: lines(
        'export OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp',
        'node --require @opentelemetry/auto-instrumentations-node/register app.js',
      ),
    },
  ],
});

const dotnet = (lines: Environment): Lesson => ({
  language: '.NET',
  source: 'https://opentelemetry.io/docs/zero-code/dotnet/',
  steps: [
    {
      label: 'Install',
      code: [
        'curl -sSfL https://github.com/open-telemetry/opentelemetry-dotnet-instrumentation/releases/latest/download/otel-dotnet-auto-install.sh -O',
        'sh ./otel-dotnet-auto-install.sh',
      ].join('\n'),
    },
    { label: 'Run', code: lines('. $HOME/.otel-dotnet-auto/instrument.sh', 'dotnet run') },
  ],
});

const java = (lines: Environment): Lesson => ({
  language: 'Java',
  source: 'https://opentelemetry.io/docs/zero-code/java/agent/',
  steps: [
    {
      label: 'Install',
      code: 'curl -sSfLO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar',
    },
    { label: 'Run', code: lines('java -javaagent:opentelemetry-javaagent.jar -jar app.jar') },
  ],
});

const python = (lines: Environment): Lesson => ({
  language: 'Python',
  source: 'https://opentelemetry.io/docs/zero-code/python/',
  steps: [
    {
      label: 'Install',
      code: 'pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install',
    },
    {
      label: 'Run',
      code: lines(
        'export OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true',
        'opentelemetry-instrument python app.py',
      ),
    },
  ],
});

const go = (lines: Environment): Lesson => ({
  language: 'Go',
  source: 'https://opentelemetry.io/docs/languages/go/getting-started/',
  steps: [
    {
      label: 'Install',
      code: [
        'go get go.opentelemetry.io/otel go.opentelemetry.io/otel/sdk/trace',
        'go get go.opentelemetry.io/contrib/exporters/autoexport',
        'go get go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp',
      ].join('\n'),
    },
    {
      label: 'In main.go',
      code: [
        'exporter, err := autoexport.NewSpanExporter(ctx)',
        'if err != nil {',
        '    log.Fatal(err)',
        '}',
        'provider := trace.NewTracerProvider(trace.WithBatcher(exporter))',
        'defer provider.Shutdown(ctx)',
        'otel.SetTracerProvider(provider)',
        'http.ListenAndServe(":8080", otelhttp.NewHandler(mux, "server"))',
      ].join('\n'),
    },
    { label: 'Run', code: lines('go run .') },
  ],
});

/** One span by hand, to see that the way is open. */
export const spanByHand = (otlpHttp: string): string =>
  [
    'END=$(date +%s)000000000',
    `curl -sS ${otlpHttp}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"resource":{"attributes":[`,
    `  {"key":"service.name","value":{"stringValue":"hello"}}]},"scopeSpans":[{"spans":[{`,
    `  "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"GET /","kind":2,`,
    `  "startTimeUnixNano":"'$END'","endTimeUnixNano":"'$END'"}]}]}]}'`,
  ].join('\n');
