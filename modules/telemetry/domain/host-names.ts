/** What a resource says of the machine it is on; '' where it says nothing. */
export interface HostSaid {
  /** `host.id` */
  readonly id: string;
  /** `host.name`, else `k8s.node.name` */
  readonly name: string;
}

const idLengthShown = 8;

/**
 * One name for each real host among what resources say, in the same order; '' where nothing is said. Senders on one host may say
 * its id, its name, or both: the id decides, and a name alone is the host that bears it where only one does. Two hosts of one
 * name (clones) are told apart by their ids.
 */
export const hostNames = (said: readonly HostSaid[]): string[] => {
  const idsOfName = new Map<string, Set<string>>();
  const nameOfId = new Map<string, string>();
  for (const { id, name } of said) {
    if (id === '' || name === '') continue;
    idsOfName.set(name, (idsOfName.get(name) ?? new Set()).add(id));
    nameOfId.set(id, nameOfId.get(id) ?? name);
  }
  return said.map(({ id, name }) => {
    const known = id === '' ? name : (nameOfId.get(id) ?? id);
    const several = (idsOfName.get(known)?.size ?? 0) > 1;
    return several && id !== '' ? `${known} (${id.slice(0, idLengthShown)})` : known;
  });
};
