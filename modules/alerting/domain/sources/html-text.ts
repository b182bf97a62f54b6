/** HTML of a letter beyond it says nothing new to whoever is paged. */
const charactersMax = 512 * 1_024;
/** Parts whose text nobody reads. */
const hidden = ['style', 'script', 'head', 'title'] as const;
const breaks = /^\/?(br|p|div|li|tr|h[1-6]|table|ul|ol|hr|blockquote|pre)\b/iu;

/** The text of HTML, one line a block, and the addresses that it links to. Reads each character once: a letter is somebody's input. */
export const textOfHtml = (html: string): { readonly text: string; readonly links: readonly string[] } => {
  const source = html.slice(0, charactersMax);
  const lower = source.toLowerCase();
  const links: string[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    text += source.slice(at, open < 0 ? source.length : open);
    if (open < 0) break;
    const close = source.startsWith('<!--', open) ? source.indexOf('-->', open) + 2 : source.indexOf('>', open);
    // What is never closed is no tag: `a < b`.
    if (close <= open) {
      if (!source.startsWith('<!--', open)) text += source.slice(open);
      break;
    }
    const tag = source.slice(open + 1, close);
    const name = hidden.find(
      (each) => lower.startsWith(each, open + 1) && !/[a-z0-9]/u.test(lower[open + 1 + each.length] ?? ''),
    );
    if (breaks.test(tag)) text += '\n';
    else if (/^\/?t[dh]\b/iu.test(tag)) text += ' ';
    const link = /^a\s[^>]{0,2000}?href\s*=\s*["']?(https?:\/\/[^"'\s>]+)/iu.exec(tag.slice(0, 4_096))?.[1];
    if (link !== undefined) links.push(plain(link));
    at = close + 1;
    if (name === undefined) continue;
    const end = lower.indexOf(`</${name}`, at);
    if (end < 0) break;
    at = end;
  }
  return { text: tidy(plain(text)), links };
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const plain = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{1,10}));/giu, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });

const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/[ \t\r\u00a0]+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
