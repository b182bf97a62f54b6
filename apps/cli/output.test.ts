import { afterEach, expect, it, vi } from 'vitest';
import { printAs } from './output.ts';

afterEach(() => void vi.restoreAllMocks());

it('quotes what readers of YAML 1.1 take for numbers, dates and truth', () => {
  let written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  printAs('yaml', [
    { to: '17:00', start: '2026-01-05', name: 'on' },
    { repeat: 2, enabled: true, name: 'payments' },
  ]);
  expect(written).toBe('to: "17:00"\nstart: "2026-01-05"\nname: "on"\n---\nrepeat: 2\nenabled: true\nname: payments\n');
});
