import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchersText, matcherText, type Matcher } from './matcher.ts';
import { parseAll, parseMatcher, parseMatchers } from './parse-matchers.ts';
import { parseClassic } from './parse-classic.ts';
import { parseUtf8 } from './parse-utf8.ts';

type Parsed = ReturnType<typeof parseMatchers>;
const words = (parsed: Parsed): string =>
  'problem' in parsed
    ? `! ${parsed.problem}`
    : parsed.matchers.map(({ name, op, value }) => `${name} ${op} ${value}`).join(' & ');

/** What Alertmanager's two parsers say to the same texts (matcher/parse, pkg/labels), and to both together (matcher/compat). */
describe('the parser for UTF-8 names', () => {
  it.each([
    ['', ''],
    ['{}', ''],
    ['{foo=bar}', 'foo = bar'],
    ['{foo=bar,}', 'foo = bar'],
    ['foo!=bar', 'foo != bar'],
    ['foo=~[a-z]+', 'foo =~ [a-z]+'],
    ['{foo!~[a-z]+}', 'foo !~ [a-z]+'],
    ['foo=🙂bar', 'foo = 🙂bar'],
    ['"foo"="bar",', 'foo = bar'],
    ['{"foo"=~"\\\\d+"}', 'foo =~ \\d+'],
    ['{"foo"="\\xf0\\x9f\\x99\\x82"}', 'foo = 🙂'],
    ['{"foo"="\\U0001f642"}', 'foo = 🙂'],
    ['{"foo"="\\360\\237\\231\\202"}', 'foo = 🙂'],
    ['{"foo"="bar\\n\\t\\"\\\\"}', 'foo = bar\n\t"\\'],
    ['foo bar=baz', "! 4:7: unexpected bar: expected an operator such as '=', '!=', '=~' or '!~'"],
    ['{foo="bar",bar!=baz}', 'foo = bar & bar != baz'],
    ['{ foo = bar , "b c" != "baz" }', 'foo = bar & b c != baz'],
    [',', '! 0:1: unexpected ,: expected label name'],
    ['{,}', '! 1:2: unexpected ,: expected label name'],
    ['{', '! 0:1: end of input: expected close brace'],
    ['}', '! 0:1: }: expected opening brace'],
    ['foo=bar}', '! 0:8: }: expected opening brace'],
    ['{foo=bar', '! 0:8: end of input: expected close brace'],
    ['{foo=:"bar"}', '! 6:11: unexpected "bar": expected a comma or close brace'],
    ['{foo="bar\\w"}', '! 5:12: "bar\\w": invalid input'],
    ['{"foo"=~"\\d+"}', '! 8:13: "\\d+": invalid input'],
    ['{foo=bar\\n}', '! 8:9: \\: invalid input: expected a comma or close brace'],
    ['{"foo"="\\xf0\\x9f"}', '! 7:17: "\\xf0\\x9f": invalid input'],
    ['foo="a\nb"', '! 4:9: "a\nb": invalid input'],
    ['foo="bar', '! 4:8: "bar: missing end ": expected label value'],
    ['foo=', '! 0:4: end of input: expected label value'],
  ])('reads %j', (text, expected) => expect(words(parseUtf8(text))).toBe(expected));
});

describe('the classic parser', () => {
  it.each([
    ['{}', ''],
    [',', '! bad matcher format: '],
    ["{foo='}", "foo = '"],
    ['{foo=\\"}', 'foo = "'],
    ['{foo=~"bar.*"}', 'foo =~ bar.*'],
    ['{foo="bar", baz!~".*quux", derp="wat"}', 'foo = bar & baz !~ .*quux & derp = wat'],
    ['{foo="bar,quux", job="job1"}', 'foo = bar,quux & job = job1'],
    ['{foo = "bar", dings != "bums", }', 'foo = bar & dings != bums'],
    ['{quote="She said: \\"Hi, ladies!\\""}', 'quote = She said: "Hi, ladies!"'],
    ['tricky=~~~', 'tricky =~ ~~'],
    ['trickier==\\\\=\\=\\"', 'trickier = =\\=\\="'],
    ['contains_quote != "\\"" , contains_comma !~ "foo,bar" , ', 'contains_quote != " & contains_comma !~ foo,bar'],
    ['{foo=bar}}', 'foo = bar}'],
    ['{foo=bar}},}', 'foo = bar}}'],
    ['{foo=,bar=}}', 'foo =  & bar = }'],
    ['{foo=bar\\t}', 'foo = bar\\t'],
    ['{foo=bar\\n}', 'foo = bar\n'],
    ['{foo=bar\\}', 'foo = bar\\'],
    ['job=', 'job = '],
    ['job="value', '! matcher value contains unescaped double quote: "value'],
    ['job=value"', '! matcher value contains unescaped double quote: value"'],
    ['trickier==\\\\=\\=\\""', '! matcher value contains unescaped double quote: =\\\\=\\=\\""'],
    ['{invalid-name = "valid label"}', '! bad matcher format: invalid-name = "valid label"'],
    ['"foo=\\"bar\\""', '! bad matcher format: "foo=\\"bar\\""'],
    ['{{foo=', '! bad matcher format: {foo='],
    ['{foo=', 'foo = '],
    ['{foo=}b', 'foo = }b'],
  ])('reads %j', (text, expected) => expect(words(parseClassic(text))).toBe(expected));
});

describe('both together', () => {
  it.each([
    ['{foo=bar,bar=baz}', 'foo = bar & bar = baz'],
    ['{foo!bar}', '! bad matcher format: foo!bar'],
    ['{foo🙂=bar,bar=baz🙂}', 'foo🙂 = bar & bar = baz🙂'],
    ['{foo=!bar,bar=$baz\\n}', 'foo = !bar & bar = $baz\n'],
    // Both read it, and differently: the classic meaning stays what it always was.
    ['{foo="\\xf0\\x9f\\x99\\x82"}', 'foo = \\xf0\\x9f\\x99\\x82'],
  ])('read %j', (text, expected) => expect(words(parseMatchers(text))).toBe(expected));

  it.each([
    ['{foo=bar}', 'unexpected open or close brace: {foo=bar}'],
    ['', 'no matchers'],
    ['a=b,c=d', 'expected 1 matcher, found 2'],
  ])('read one matcher, and refuse %j', (text, problem) => expect(parseMatcher(text)).toEqual({ problem }));

  it('say at which line a list cannot be read', () =>
    expect(parseAll(['a=b', 'c'])).toEqual({ problem: 'bad matcher format: c', index: 1 }));

  it('read back every matcher as it is printed', () => {
    const matcher = fc.record<Matcher>({
      name: fc.oneof(fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/), fc.string({ minLength: 1, unit: 'grapheme' })),
      op: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1, maxLength: 5 }), (matchers) => {
        expect(parseMatchers(matchersText(matchers))).toEqual({ matchers });
        for (const each of matchers) expect(parseMatchers(matcherText(each))).toEqual({ matchers: [each] });
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throw and never hang, whatever they are given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}=!~,"\\ab \n🙂') }), (text) => {
        parseMatchers(text);
      }),
      { numRuns: 5_000 },
    );
  });
});
