import { defineConfig } from 'vitest/config';

/** Projects from fast to slow; those that start servers and browsers run one file at a time. */
const project = (name: string, testTimeout: number, workers: 1 | 2, groupOrder: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 120_000,
    // A second, as it is otherwise, is not enough for a busy machine that draws without a graphics card.
    expect: { poll: { timeout: 20_000 } },
    fileParallelism: workers > 1,
    maxWorkers: workers,
    // One group behind the other: where servers are timed and pages drawn, nothing else works.
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 30_000, 2, 0),
      project('contract', 120_000, 2, 1),
      project('integration', 180_000, 1, 2),
      project('views', 240_000, 1, 3),
      project('fuzz', 240_000, 2, 0),
      project('torture', 300_000, 1, 4),
    ],
  },
});
