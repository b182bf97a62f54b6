/** What other modules' servers may ask of objectives. */
export interface ObjectivesDoor {
  /** Names of the objectives of one service, by name. */
  objectivesOf(service: string): Promise<readonly string[]>;
}
