/** A state in one word; drawn by StatusDot. `none` is "nothing to say", not "well". */
export type Status = 'good' | 'warn' | 'bad' | 'none';
