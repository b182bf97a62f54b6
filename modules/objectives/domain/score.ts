import type { RaisedAlert } from './simulate.ts';

/** A period that a person marked as a real incident; seconds since 1970, half-open. */
export interface MarkedPeriod {
  readonly from: number;
  readonly to: number;
}

/** How a set of alerts fared against marked periods. Ratios are null where there is nothing to divide by. */
export interface Score {
  readonly alerts: number;
  /** Alerts that touched a marked period. */
  readonly rightAlerts: number;
  readonly periods: number;
  readonly foundPeriods: number;
  /** Right alerts of all alerts (SRE workbook, chapter 5). */
  readonly precision: number | null;
  /** Found periods of all periods. */
  readonly recall: number | null;
  /** One for each period, in their order: first alert after its start, and until when alerts went on after its end. */
  readonly byPeriod: readonly {
    readonly period: MarkedPeriod;
    readonly detectionSeconds: number | null;
    /** Null while an alert goes on, or where none was raised. */
    readonly resetSeconds: number | null;
  }[];
}

/**
 * An alert is right when its burning (from the first burning step until it cleared) touches a marked period: an alert that
 * comes after a short incident is late, not wrong. A period is found by an alert that is right for it and fired no later than
 * `graceSeconds` after its end; what fired before it and went on into it counts as detected at once.
 */
export const scoreAlerts = (
  alerts: readonly RaisedAlert[],
  periods: readonly MarkedPeriod[],
  graceSeconds = 3_600,
): Score => {
  const byPeriod = periods.map((period) => {
    const found = alerts.filter((alert) => touches(alert, period) && alert.firedAt <= period.to + graceSeconds);
    const firedAt = Math.min(...found.map((alert) => alert.firedAt));
    const clearedAt = Math.max(...found.map((alert) => alert.clearedAt ?? Infinity));
    return {
      period,
      detectionSeconds: found.length === 0 ? null : Math.max(0, firedAt - period.from),
      resetSeconds: found.length === 0 || clearedAt === Infinity ? null : Math.max(0, clearedAt - period.to),
    };
  });
  const rightAlerts = alerts.filter((alert) => periods.some((period) => touches(alert, period))).length;
  const foundPeriods = byPeriod.filter((each) => each.detectionSeconds !== null).length;
  return {
    alerts: alerts.length,
    rightAlerts,
    periods: periods.length,
    foundPeriods,
    precision: alerts.length === 0 ? null : rightAlerts / alerts.length,
    recall: periods.length === 0 ? null : foundPeriods / periods.length,
    byPeriod,
  };
};

/** Whether an alert tells of a period: its burning, from the first burning step until it cleared, touches it. */
export const touches = (alert: RaisedAlert, period: MarkedPeriod): boolean =>
  alert.burningFrom < period.to && (alert.clearedAt ?? Infinity) > period.from;
