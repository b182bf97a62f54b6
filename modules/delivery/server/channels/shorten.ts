/** A text of at most so many bytes of UTF-8, cut between characters, with a mark where it was cut. */
export const shortenToBytes = (text: string, bytesMax: number): string => {
  const whole = text.toWellFormed();
  if (Buffer.byteLength(whole) <= bytesMax) return whole;
  const room = bytesMax - Buffer.byteLength('…');
  if (room <= 0) return '';
  // The decoder leaves out a character that was cut in two.
  return `${new TextDecoder().decode(Buffer.from(whole).subarray(0, room), { stream: true })}…`;
};

/**
 * The longest text with which what `build` makes of it stays within so many bytes: escaping makes a text longer than it is.
 * Empty where even no text fits.
 */
export const shortenToFit = <Built>(
  text: string,
  build: (text: string) => Built,
  fits: (built: Built) => boolean,
): Built => {
  const whole = build(text);
  if (fits(whole)) return whole;
  let [fitting, tooLong] = [0, Buffer.byteLength(text)];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fits(build(shortenToBytes(text, middle)))) fitting = middle;
    else tooLong = middle;
  }
  return build(shortenToBytes(text, fitting));
};
