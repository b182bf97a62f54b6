/** One big number of a screen's top row. `note` says what the number is compared with. */
export interface BigNumber {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly state?: 'good' | 'warn' | 'bad';
}
