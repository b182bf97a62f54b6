import { z } from 'zod';
import { personDocument } from '../../contract/people.ts';
import { policyDocument } from '../../contract/policies.ts';
import { scheduleDocument } from '../../contract/schedules.ts';
import { listIn, names, objectIn, type LeftOver, type Note } from './reading.ts';

const schemas = { Person: personDocument, Schedule: scheduleDocument, EscalationPolicy: policyDocument } as const;
export type Kind = keyof typeof schemas;

export interface Document {
  readonly apiVersion: 'leadline.dev/v1';
  readonly kind: Kind;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

export interface Imported {
  /** People first, then schedules, then policies: in the order in which they are applied. */
  readonly documents: readonly Document[];
  readonly leftOver: readonly LeftOver[];
}

/** What an import gathers. */
export interface Gathering {
  noteOf(where: string): Note;
  /** Adds a document that Leadline would take; one that it would not is told instead. */
  add(kind: Kind, name: string, spec: Record<string, unknown>): void;
  /** The same thing gets the same name each time. */
  nameOf(kind: Kind, text: string, key: string): string;
  result(): Imported;
}

export const gathering = (): Gathering => {
  const documents: Document[] = [];
  const leftOver: LeftOver[] = [];
  const named = { Person: names(), Schedule: names(), EscalationPolicy: names() };
  return {
    noteOf: (where) => (what, why) => void leftOver.push({ where, what, why }),
    nameOf: (kind, text, key) => named[kind](text, key),
    add: (kind, name, spec) => {
      const document: Document = { apiVersion: 'leadline.dev/v1', kind, metadata: { name }, spec };
      const read = z.safeParse<z.ZodType>(schemas[kind], document);
      if (read.success) documents.push(document);
      else
        for (const { path, message } of read.error.issues)
          leftOver.push({
            where: `${kind} ${name}`,
            what: 'the whole document',
            why: `${path.join('.')}: ${message}`,
          });
    },
    result: () => ({
      documents: (Object.keys(schemas) as Kind[]).flatMap((kind) => documents.filter((each) => each.kind === kind)),
      leftOver,
    }),
  };
};

/** Objects of all files, whether an answer holds one, a list, or lists under names. `keys` are where lists and single ones stand. */
export const itemsIn = (files: readonly unknown[], keys: readonly string[]): Record<string, unknown>[] =>
  files.flatMap((file): Record<string, unknown>[] => {
    if (Array.isArray(file)) return itemsIn(file, keys);
    const object = objectIn(file);
    if (object === null) return [];
    const inside = keys.filter((key) => typeof object[key] === 'object' && object[key] !== null);
    if (inside.length === 0) return [object];
    return inside.flatMap((key) => (Array.isArray(object[key]) ? listIn(object[key]) : [objectIn(object[key])!]));
  });
