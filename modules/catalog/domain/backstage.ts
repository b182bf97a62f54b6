/**
 * How entities of Backstage's catalog become ours.
 * Source: https://backstage.io/docs/features/software-catalog/descriptor-format and …/references (entity references).
 */

/** A reference `[kind:][namespace/]name`, with what the place where it stands takes as given. */
export interface EntityReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const referencePattern =
  /^(?:([A-Za-z][A-Za-z0-9]*):)?(?:([A-Za-z0-9][A-Za-z0-9._-]*)\/)?([A-Za-z0-9][A-Za-z0-9._-]*)$/u;

/** Parts of a reference, the kind in small letters; null for what is none. */
export const parseReference = (text: string, kind: string): EntityReference | null => {
  const found = referencePattern.exec(text);
  return found && { kind: (found[1] ?? kind).toLowerCase(), namespace: found[2] ?? 'default', name: found[3]! };
};

/** The annotation by which a Component names its service where the names differ: `shop/checkout`. */
export const serviceAnnotation = 'leadline.dev/service';

export interface BackstageMetadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly links?:
    | readonly { readonly url: string; readonly title?: string | undefined; readonly type?: string | undefined }[]
    | undefined;
}

/**
 * Name of the service that a Component describes: what the annotation says, else `namespace/name`, else the name alone in
 * the namespace `default`, as `service.namespace` and `service.name` would give it.
 */
export const serviceOf = (metadata: BackstageMetadata): string =>
  metadata.annotations?.[serviceAnnotation] ?? qualified(metadata.namespace ?? 'default', metadata.name);

/** Name of a system, an API or a resource: the namespace stands before it unless it is `default`. */
export const entityNameOf = (metadata: BackstageMetadata): string =>
  qualified(metadata.namespace ?? 'default', metadata.name);

const qualified = (namespace: string, name: string): string =>
  namespace === 'default' ? name : `${namespace}/${name}`;

/** Our name of what a reference names. */
export const nameOf = (reference: EntityReference): string => qualified(reference.namespace, reference.name);

/** Teams have names in small letters. */
export const teamOf = (owner: string): string | null => {
  const reference = parseReference(owner, 'group');
  return reference?.kind === 'group' ? reference.name.toLowerCase() : null;
};

/** The tier that a label or an annotation says, 1 to 4; null where none does. */
export const tierOf = (metadata: BackstageMetadata): number | null => {
  const said =
    metadata.annotations?.['leadline.dev/tier'] ?? metadata.labels?.['leadline.dev/tier'] ?? metadata.labels?.['tier'];
  const found = said === undefined ? null : /^(?:tier-?)?([1-4])$/iu.exec(said);
  return found ? Number(found[1]) : null;
};

export interface ShownLink {
  readonly title: string;
  readonly url: string;
  readonly kind?: string;
}

/** Links of the metadata, and the source code that the annotation of the source location names. */
export const linksOf = (metadata: BackstageMetadata): ShownLink[] => {
  const links = (metadata.links ?? []).map((link): ShownLink => ({
    title: link.title?.trim() || link.url,
    url: link.url,
    ...(link.type ? { kind: link.type } : {}),
  }));
  const source = metadata.annotations?.['backstage.io/source-location']?.replace(/^url:/u, '');
  return source && /^https?:/u.test(source) && !links.some((link) => link.url === source)
    ? [...links, { title: 'Source', url: source, kind: 'source' }]
    : links;
};

export interface SaidDependency {
  readonly target: string;
  readonly kind: 'other';
  readonly targetKind: 'service' | 'external';
}

/** What `dependsOn` says; a reference without a kind is a Component's to another Component. */
export const dependenciesOf = (references: readonly string[]): SaidDependency[] =>
  references
    .map((text) => parseReference(text, 'component'))
    .filter((reference) => reference !== null)
    .map((reference) => ({
      target: nameOf(reference),
      kind: 'other',
      targetKind: reference.kind === 'component' ? 'service' : 'external',
    }));
