import type { LogRecord } from '../contract.ts';

export type Severity = LogRecord['severity'];

/** From least to most, as the log data model of OpenTelemetry orders them. */
export const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Text colour of a severity: only what asks for attention has one. */
export const severityText = (severity: Severity): string => {
  switch (severity) {
    case 'fatal':
    case 'error':
      return 'text-bad-text font-medium';
    case 'warn':
      return 'text-warn-text font-medium';
    case 'info':
      return 'text-toned';
    case 'debug':
    case 'trace':
    case 'unset':
      return 'text-muted';
  }
};

/** Fill of a severity's bar. */
export const severityFill = (severity: string): string =>
  severity === 'error' || severity === 'fatal'
    ? 'fill-bad'
    : severity === 'warn'
      ? 'fill-warn'
      : 'fill-(--ui-text-dimmed)';
