/**
 * Who the walk tries every route as. The crew is in the team `payments`, which owns what the rows name; the others are
 * only viewers of the organisation.
 */
export const actors = {
  nobody: 'without signing in',
  sender: 'a token that may only send telemetry, with the role admin',
  viewer: 'viewer of the organisation',
  responder: 'responder of the organisation',
  editor: 'editor of the organisation',
  admin: 'admin of the organisation',
  crewEditor: 'viewer of the organisation, editor in the team that owns it',
  crewAdmin: 'viewer of the organisation, admin in the team that owns it',
  stranger: 'viewer of the organisation, admin in another team',
} as const;
export type Who = keyof typeof actors;

export interface AccessRow {
  readonly may: readonly Who[];
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** The try is made with a session of its own, which it ends. */
  readonly endsSession?: true;
  /** What an admin makes sure of before each try, so that no try fails because of the one before. */
  readonly before?: readonly (readonly [method: string, path: string, body: unknown])[];
}
