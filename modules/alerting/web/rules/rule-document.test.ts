import { describe, expect, it } from 'vitest';
import { ruleDocument } from '../../contract/rules.ts';
import { readRule, ruleExamples, ruleText } from './rule-document.ts';

/** A rule as its document: every example is one, and what is written from a rule reads back as the same. */
describe('the document of a rule', () => {
  it.each(ruleExamples)('$label is one, and is written as it was read', async ({ text }) => {
    const read = await readRule(text);
    expect(read).toHaveProperty('said');
    const { said } = read as Extract<typeof read, { said: unknown }>;
    const again = await readRule(ruleText(said));
    expect(again).toEqual({ said });
    expect(
      ruleDocument.safeParse({
        apiVersion: 'leadline.dev/v1',
        kind: 'AlertRule',
        metadata: { name: said.name },
        spec: said.spec,
      }).success,
    ).toBe(true);
  });

  it('says what is wrong with it, and where', async () => {
    const { text } = ruleExamples[0];
    expect(await readRule(text.replace('aggregate: avg', 'aggregate: most'))).toMatchObject({
      faults: [expect.stringContaining('spec.measure')],
    });
    expect(await readRule(text.replace('value: 500', 'value: 5000'))).toEqual({
      faults: ['spec.clear.value: on the good side of the threshold that fires'],
    });
    expect(await readRule('kind: [')).toHaveProperty('faults');
  });
});
