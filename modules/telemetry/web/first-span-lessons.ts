/** How one language's OpenTelemetry SDK is pointed at Leadline without a change to the program. */
export interface Lesson {
  readonly language: string;
  /** Where these lines come from. */
  readonly source: string;
  readonly steps: readonly { readonly label: string; readonly code: string }[];
}

/** Lessons with the real address in them; `otlpHttp` is OTLP over HTTP, as every SDK here speaks it. */
export const lessonsFor = (otlpHttp: string): readonly Lesson[] => {
  const environment = (...more: string[]): string =>
    [
      'export OTEL_SERVICE_NAME=checkout',
      'export OTEL_RESOURCE_ATTRIBUTES=service.namespace=shop,deployment.environment.name=dev',
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}`,
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      ...more,
    ].join('\n');
  return [
    {
      language: 'Node',
      source: 'https://opentelemetry.io/docs/zero-code/js/',
      steps: [
        { label: 'Install', code: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node' },
        {
          label: 'Run',
          code: `${environment('export OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp')}\nnode --require @opentelemetry/auto-instrumentations-node/register app.js`,
        },
      ],
    },
    {
      language: '.NET',
      source: 'https://opentelemetry.io/docs/zero-code/dotnet/',
      steps: [
        {
          label: 'Install',
          code: 'curl -sSfL https://github.com/open-telemetry/opentelemetry-dotnet-instrumentation/releases/latest/download/otel-dotnet-auto-install.sh -O\nsh ./otel-dotnet-auto-install.sh',
        },
        { label: 'Run', code: `${environment()}\n. $HOME/.otel-dotnet-auto/instrument.sh\ndotnet run` },
      ],
    },
    {
      language: 'Java',
      source: 'https://opentelemetry.io/docs/zero-code/java/agent/',
      steps: [
        {
          label: 'Install',
          code: 'curl -sSfLO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar',
        },
        { label: 'Run', code: `${environment()}\njava -javaagent:opentelemetry-javaagent.jar -jar app.jar` },
      ],
    },
    {
      language: 'Python',
      source: 'https://opentelemetry.io/docs/zero-code/python/',
      steps: [
        {
          label: 'Install',
          code: 'pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install',
        },
        {
          label: 'Run',
          code: `${environment('export OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true')}\nopentelemetry-instrument python app.py`,
        },
      ],
    },
    {
      language: 'Go',
      source: 'https://opentelemetry.io/docs/languages/go/getting-started/',
      steps: [
        {
          label: 'Install',
          code: 'go get go.opentelemetry.io/contrib/exporters/autoexport go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp go.opentelemetry.io/otel/sdk/trace',
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
        { label: 'Run', code: `${environment()}\ngo run .` },
      ],
    },
  ];
};

/** One span by hand, to see that the way is open; `now` in ms. */
export const spanByHand = (otlpHttp: string): string =>
  [
    'END=$(date +%s)000000000',
    `curl -sS ${otlpHttp}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"resource":{"attributes":[`,
    `  {"key":"service.name","value":{"stringValue":"hello"}}]},"scopeSpans":[{"spans":[{`,
    `  "traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"GET /","kind":2,`,
    `  "startTimeUnixNano":"'$END'","endTimeUnixNano":"'$END'"}]}]}]}'`,
  ].join('\n');
