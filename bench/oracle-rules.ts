import { spawnSync } from 'node:child_process';
import { inSeconds, trendOf } from '../modules/alerting/domain/rules/forecast.ts';
import { quantileOfSorted } from '../modules/telemetry/domain/measure-grid.ts';
import { createDice } from './noise/random.ts';

/**
 * `npm run oracle:rules`: lines of least squares, their predictions and quantiles over some hundred random series (with gaps, huge
 * clocks and values of all sizes) against R and SciPy, whichever are installed. Ends with 1 where one differs by more than rounding,
 * or where neither is there.
 */
const cases = 300;
/** Relative to the greatest value of the series: what is left of double precision after sums of a thousand points. */
const differenceMax = 1e-9;
const withinSeconds = 14_400;

interface Case {
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly quantile: number;
  readonly ours: readonly number[];
  readonly size: number;
}

const dice = createDice(20_261_123);
const made: Case[] = [];
while (made.length < cases) {
  const now = dice.whole(1_600_000_000, 1_900_000_000);
  const stepSeconds = dice.pick([10, 60, 300, 3_600]);
  const count = dice.whole(3, 1_000);
  const scale = 10 ** dice.between(-6, 12);
  const slope = dice.between(-2, 2);
  const all = Array.from({ length: count }, (_, index) =>
    dice.chance(0.1) ? Number.NaN : scale * (1 + (slope * index) / count + dice.between(-0.2, 0.2)),
  );
  const firstEnd = now - (count - 1) * stepSeconds;
  const trend = trendOf(all, { firstEnd, stepSeconds }, now);
  if (trend === null) continue;
  const known = all.flatMap((value, index) =>
    Number.isNaN(value) ? [] : [[firstEnd + index * stepSeconds - now, value] as const],
  );
  const quantile = dice.next();
  const values = known.map(([, value]) => value);
  const sorted = values.toSorted((a, b) => a - b);
  made.push({
    times: known.map(([time]) => time),
    values,
    quantile,
    ours: [trend.now, inSeconds(trend, withinSeconds), quantileOfSorted(sorted, quantile)],
    size: Math.max(...values.map(Math.abs), Math.abs(inSeconds(trend, withinSeconds))),
  });
}

const input = made
  .map(({ times, values, quantile }) => [quantile, times.length, ...times, ...values].join(' '))
  .join('\n');
const oracles = [
  {
    name: 'R (lm, quantile type 7)',
    program: 'Rscript',
    words: [
      '-e',
      `for (line in readLines(file("stdin"))) { x <- as.numeric(strsplit(line, " ")[[1]]); n <- x[2]; t <- x[3:(2+n)]; v <- x[(3+n):(2+2*n)]; m <- lm(v ~ t);
       cat(format(c(coef(m)[[1]], predict(m, data.frame(t = ${withinSeconds}))[[1]], quantile(v, x[1], type = 7)[[1]]), digits = 17), "\\n") }`,
    ],
  },
  {
    name: 'SciPy (linregress, numpy.quantile)',
    program: '/usr/bin/python3',
    words: [
      '-c',
      `import sys, numpy, scipy.stats as s
for line in sys.stdin:
    x = numpy.array(line.split(), float); n = int(x[1]); t = x[2:2+n]; v = x[2+n:]
    m = s.linregress(t, v)
    print(repr(float(m.intercept)), repr(float(m.intercept + m.slope * ${withinSeconds})), repr(float(numpy.quantile(v, x[0]))))`,
    ],
  },
];

let asked = 0;
for (const { name, program, words } of oracles) {
  const run = spawnSync(program, words, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) {
    console.log(`${name}: not here`);
    continue;
  }
  asked += 1;
  const worst = [0, 0, 0];
  for (const [index, line] of run.stdout.trim().split('\n').entries())
    for (const [place, truth] of line.trim().split(/\s+/u).map(Number).entries()) {
      const { ours, size } = made[index]!;
      worst[place] = Math.max(worst[place]!, Math.abs(ours[place]! - truth) / size);
    }
  const holds = worst.every((difference) => difference <= differenceMax);
  console.log(
    `${name}: ${cases} series; greatest difference of the value now ${worst[0]!.toExponential(1)}, in four hours ${worst[1]!.toExponential(1)}, of a quantile ${worst[2]!.toExponential(1)} (at most ${differenceMax}) ${holds ? '' : 'MISSED'}`,
  );
  if (!holds) process.exitCode = 1;
}
if (asked === 0) {
  console.log('Neither R nor SciPy is installed: nothing was compared.');
  process.exitCode = 1;
}
