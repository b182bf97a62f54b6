import { mapping, type Finding, type Said } from './config-reading.ts';

/** Findings of one receiver; more of them say nothing new. */
const toldMost = 20;
const depthMost = 8;
const shownLength = 80;

/** Text of Go's templates, which Alertmanager fills in when it tells. */
export const isTemplate = (said: string): boolean => said.includes('{{');

/**
 * Tells of every template in the fields of a receiver: Leadline writes its messages itself, out of the labels and annotations of the
 * alerts, and what a template put into them is not there.
 */
export const tellTemplates = (receiver: Said, where: string, findings: Finding[]): void => {
  const found = [...templatesIn(receiver, where, 0)];
  for (const { place, text } of found.slice(0, toldMost))
    findings.push({
      where: place,
      what: `the template ${text.length > shownLength ? `${text.slice(0, shownLength)}…` : text}`,
      why: 'messages of Leadline are its own: put what it should say into annotations of the rule, which every message shows',
      level: 'lost',
    });
  if (found.length > toldMost)
    findings.push({ where, what: `${found.length - toldMost} more templates`, why: 'as those above', level: 'lost' });
};

function* templatesIn(
  value: unknown,
  place: string,
  depth: number,
): Generator<{ readonly place: string; readonly text: string }> {
  if (depth > depthMost) return;
  if (typeof value === 'string') {
    if (isTemplate(value)) yield { place, text: value.replaceAll(/\s+/gu, ' ') };
    return;
  }
  const entries = Array.isArray(value) ? value.entries() : Object.entries(mapping(value) ?? {});
  for (const [name, each] of entries) yield* templatesIn(each, `${place}.${name}`, depth + 1);
}
