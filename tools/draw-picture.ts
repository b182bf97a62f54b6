import { readFileSync, writeFileSync } from 'node:fs';
import { picture } from './floors.ts';

/** `npm run picture`: writes the picture of the floors into ARCHITECTURE.md, between its two marks. */
const file = new URL('../ARCHITECTURE.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const drawn = text.replace(
  /(<!-- floors: npm run picture -->\n)[\s\S]*?(<!-- end of floors -->)/,
  (_, start: string, end: string) => `${start}\`\`\`\n${picture()}\n\`\`\`\n${end}`,
);
writeFileSync(file, drawn);
