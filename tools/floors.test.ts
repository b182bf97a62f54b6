import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { below, floorOf, floors, modulesInOrder, picture } from './floors.ts';

const house = dirname(import.meta.dirname);

describe('the floors are one list, and everything that shows an order follows it', () => {
  it('names every module once', () => {
    expect(new Set(modulesInOrder).size).toBe(modulesInOrder.length);
  });

  it('lets telemetry use what lies below it and nothing beside or above', () => {
    expect(below('telemetry')).toEqual(['identity', 'catalog', 'delivery']);
    expect(floorOf('identity')).toBe(1);
    expect(floorOf('nothing')).toBeNull();
  });

  it('is the order in which the server starts the modules', () => {
    const composition = readFileSync(join(house, 'apps/server/modules.ts'), 'utf8');
    const started = [...composition.matchAll(/\b(\w+)Module\.start\(/g)].map((match) => match[1]!);
    const present = readdirSync(join(house, 'modules')).filter((name) =>
      existsSync(join(house, 'modules', name, 'server/module.ts')),
    );
    expect(started).toEqual(modulesInOrder.filter((name) => started.includes(name)));
    expect(new Set(started)).toEqual(new Set(present));
  });

  it('is the picture in ARCHITECTURE.md (else run `npm run picture`)', () => {
    expect(readFileSync(join(house, 'ARCHITECTURE.md'), 'utf8')).toContain(picture());
  });

  it('draws the highest floor at the top', () => {
    expect(picture().split('\n')[0]).toContain(floors.at(-1)![0]);
  });
});

it('every module says what it owns in a README of at most 60 lines', () => {
  for (const name of readdirSync(join(house, 'modules'))) {
    const readme = join(house, 'modules', name, 'README.md');
    expect(existsSync(readme), `modules/${name}/README.md`).toBe(true);
    expect(readFileSync(readme, 'utf8').split('\n').length, `lines of modules/${name}/README.md`).toBeLessThanOrEqual(
      60,
    );
  }
});
