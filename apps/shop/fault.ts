/** What goes wrong in one service while it is set: a share of its requests fails, every request is slower. */
export interface Fault {
  /** Share of requests that fail, 0 to 1. */
  readonly errors: number;
  /** Added to every request, in milliseconds. */
  readonly latencyMs: number;
}

export const noFault: Fault = { errors: 0, latencyMs: 0 };
const latencyMsMax = 30_000;

/** `5%` and `0.05` are the same share. Throws an Error that says what was wrong. */
export const parseShare = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
  if (!(share >= 0 && share <= 1)) throw new Error(`--errors takes a share such as 5% or 0.05, not ${text}.`);
  return share;
};

/** `300ms`, `1.5s` or plain milliseconds. Throws an Error that says what was wrong. */
export const parseLatencyMs = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|)$/.exec(text.trim());
  const ms = match ? Number(match[1]) * (match[2] === 's' ? 1_000 : 1) : Number.NaN;
  if (!(ms >= 0 && ms <= latencyMsMax))
    throw new Error(`--latency takes up to ${latencyMsMax} ms, such as 300ms or 1.5s, not ${text}.`);
  return ms;
};

export const describeFault = (fault: Fault): string =>
  fault.errors === 0 && fault.latencyMs === 0
    ? 'works'
    : [
        fault.errors > 0 ? `${Number((fault.errors * 100).toFixed(2))} % of requests fail` : null,
        fault.latencyMs > 0 ? `${fault.latencyMs} ms slower` : null,
      ]
        .filter((part) => part !== null)
        .join(', ');
