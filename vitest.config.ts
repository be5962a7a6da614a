import { defineConfig } from 'vitest/config';

/** Projects from fast to slow; those that start servers and browsers run one file at a time. */
const project = (name: string, testTimeout: number, oneAtATime: boolean) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 120_000,
    // A second, as it is otherwise, is not enough for a busy machine that draws without a graphics card.
    expect: { poll: { timeout: 20_000 } },
    fileParallelism: !oneAtATime,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 30_000, false),
      project('contract', 120_000, true),
      project('integration', 180_000, true),
      project('views', 240_000, true),
      project('fuzz', 240_000, true),
      project('torture', 300_000, true),
    ],
  },
});
