import { expect, test } from 'vitest';
import { streakGlsl } from '../../../viz/shaders/streak.ts';
import { en } from '../../../viz/text/en.ts';
import { alongHilbert } from '../../../viz/views/hilbert.ts';
import { views } from '../../../viz/views/index.ts';

test('every view has its words, its key and its functions in the shaders', () => {
  const glsl = streakGlsl(views.map(({ path }) => path));
  for (const { id, name, key, path } of views) {
    expect(en[name]).toBeTruthy();
    expect(key).toHaveLength(1);
    for (const part of ['Way', 'At', 'Normal', 'Shows'])
      expect(glsl, id).toMatch(new RegExp(`(Way|vec3|bool) ${path.name}${part}\\(`));
  }
  expect(new Set(views.map(({ id }) => id)).size).toBe(views.length);
  expect(new Set(views.map(({ key }) => key)).size).toBe(views.length);
  expect(new Set(views.map(({ path }) => path.name)).size).toBe(views.length);
});

test('the Hilbert curve passes every cell once, and goes from each to a neighbour', () => {
  const order = 5;
  const cells = Array.from({ length: 4 ** order }, (_, along) => alongHilbert(along, order));
  expect(new Set(cells.map(String)).size).toBe(cells.length);
  for (const [at, [x, y]] of cells.entries()) {
    expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
    if (at === 0) continue;
    const [beforeX, beforeY] = cells[at - 1]!;
    expect(Math.abs(x - beforeX) + Math.abs(y - beforeY)).toBeCloseTo(1 / 2 ** order, 12);
  }
});

test('the Hilbert curve begins and ends at two corners of one side', () => {
  const order = 4;
  const [first, last] = [alongHilbert(0, order), alongHilbert(4 ** order - 1, order)];
  expect(first).toEqual([1 / 32, 1 / 32]);
  expect(last.toSorted((a, b) => a - b)).toEqual([1 / 32, 31 / 32]);
});
