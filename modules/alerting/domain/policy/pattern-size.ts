/**
 * How many steps counted repetitions add to a pattern: `(ab){500}` adds 998. An engine that never backtracks still works through all of
 * them for each character, so that a few thousand can stall it: 400 times `.{0,1000}` in one pattern takes minutes.
 */
export const repeatedSteps = (pattern: string): number => {
  const groups: number[] = [0];
  let [steps, plain, last] = [0, 0, 0];
  const add = (size: number): void => {
    last = size;
    groups[groups.length - 1]! += size;
  };
  for (const token of pattern.match(tokens) ?? []) {
    const count = /^\{(\d+)(?:,(\d*))?\}$/u.exec(token);
    // Flags alone are no step, and a count behind them belongs to what stands before them.
    if (/^\(\?[a-zA-Z-]+\)$/u.test(token)) continue;
    if (token === '(') groups.push(0);
    else if (token === ')') add(groups.length > 1 ? groups.pop()! : 0);
    else if (count) {
      const times = Math.max(1, Number(count[1]), Number(count[2] || 0));
      const more = last * (times - 1);
      groups[groups.length - 1]! += more;
      last += more;
    } else if (!/^[*+?|]$/u.test(token)) {
      plain += token.startsWith('\\Q') ? token.length : 1;
      add(token.startsWith('\\Q') ? token.length : 1);
    }
    steps = groups.reduce((sum, size) => sum + size, 0);
    if (steps > Number.MAX_SAFE_INTEGER / 2) return steps;
  }
  return steps - plain;
};

/** Flags, quoted text, an escape, a class, a count, or one character. */
const tokens =
  /\(\?[a-zA-Z-]+\)|\\Q(?:(?!\\E)[^])*(?:\\E)?|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\[:[^\]]*:\]|\\[^]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^]/gu;
