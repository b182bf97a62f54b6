/** The roles as a list to choose from, with what each may do. */
export const roleItems = [
  { value: 'viewer', label: 'viewer: sees everything' },
  { value: 'responder', label: 'responder: acts on alerts and incidents' },
  { value: 'editor', label: 'editor: changes what Leadline watches' },
  { value: 'admin', label: 'admin: people, teams, tokens, sign-on' },
] as const;
