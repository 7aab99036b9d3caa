import { defineConfig } from 'vitest/config';
import { suites } from './scripts/test/suites.ts';

export default defineConfig({
  test: {
    projects: suites.map((suite) => ({
      test: {
        name: suite.name,
        include: [...suite.include],
        exclude: ['**/node_modules/**', '**/fixtures/**', ...(suite.exclude ?? [])],
        testTimeout: suite.timeoutMs,
        hookTimeout: suite.timeoutMs,
        ...(suite.setup === undefined ? {} : { globalSetup: suite.setup }),
        sequence: { groupOrder: suite.stage },
        execArgv: ['--disable-warning=ExperimentalWarning'],
        // Nobody's own Git configuration takes part, so a test that needs an identity or a default branch says so.
        env: {
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_TERMINAL_PROMPT: '0',
        },
      },
    })),
  },
});
