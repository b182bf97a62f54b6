import { mkdirSync, statfsSync } from 'node:fs';
import type { Command } from 'commander';
import type { CliContext } from '../../platform/cli/context.ts';
import { checkClickHouse } from '../../platform/clickhouse/doctor.ts';
import type { Configuration } from '../../platform/config/settings.ts';
import { checkPostgres } from '../../platform/postgres/doctor.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty where all is well. */
  readonly todo: string;
}

/** `leadline doctor`: looks at engines, disk, clock and versions, and says what to do. Exit 1 when something is wrong. */
export const registerDoctor = (program: Command, context: CliContext): void => {
  program
    .command('doctor')
    .description('Check engines, disk, clock and versions, and say what to do')
    .addHelpText('after', '\nExample:\n  $ leadline doctor --data ./data')
    .action(async () => {
      const configuration = context.configuration();
      const machine = [runtime(), disk(configuration)];
      // Side by side: what is away is waited for once, not one after the other.
      const [postgres, clickhouse, ownClock] = await Promise.all([
        checkPostgres(configuration),
        checkClickHouse(configuration),
        clock(configuration),
      ]);
      const findings: Finding[] = [...machine, ...postgres, ...clickhouse, ownClock];
      context.print(
        findings.map((finding) => ({ ...finding, ok: finding.ok ? 'ok' : 'WRONG' })),
        ['ok', 'name', 'detail', 'todo'],
      );
      if (findings.some((finding) => !finding.ok)) process.exitCode = 1;
    });
};

const runtime = (): Finding => {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    name: 'runtime',
    ok: major >= 26,
    detail: `Node ${process.versions.node} on ${process.platform}-${process.arch}`,
    todo: major >= 26 ? '' : 'Run it by `npm start` or `npx leadline`, which use the Node that the project pins.',
  };
};

const disk = ({ values }: Configuration): Finding => {
  mkdirSync(values.data, { recursive: true });
  const stat = statfsSync(values.data);
  const freeMb = Math.floor((stat.bavail * stat.bsize) / 1024 / 1024);
  const ok = freeMb > values.diskReserveMb * 2;
  return {
    name: 'disk',
    ok,
    detail: `${freeMb} MB free at ${values.data}; telemetry is refused below ${values.diskReserveMb} MB`,
    todo: ok
      ? ''
      : 'Make room, keep telemetry for fewer days (spansDays, logsDays, metricsDays), or move the data folder.',
  };
};

/** The server's clock against ours, when it runs: leases and time-outs go by the database's clock, people by theirs. */
const clock = async ({ values }: Configuration): Promise<Finding> => {
  const year = new Date().getUTCFullYear();
  if (year < 2026)
    return {
      name: 'clock',
      ok: false,
      detail: `This machine says ${new Date().toISOString()}`,
      todo: 'Set the clock (NTP).',
    };
  try {
    const before = Date.now();
    const response = await fetch(`http${values.tlsCert ? 's' : ''}://127.0.0.1:${values.port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    });
    const skewMs = Math.abs(Date.parse(response.headers.get('date') ?? '') - (before + Date.now()) / 2);
    const ok = Number.isNaN(skewMs) || skewMs < 2_000;
    return {
      name: 'clock',
      ok,
      detail: ok ? 'The running server agrees with this clock' : `The server is ${skewMs} ms away`,
      todo: ok ? '' : 'Keep both machines on NTP.',
    };
  } catch {
    return {
      name: 'clock',
      ok: true,
      detail: `This machine says ${new Date().toISOString()}; no server runs on port ${values.port}`,
      todo: '',
    };
  }
};
