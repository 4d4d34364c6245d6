// Browser tests against the release binary and vcsim. `cargo xtask test end2end` builds both and runs them.
import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';

const chromium = process.env.IROA_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  snapshotPathTemplate: '{testDir}/snapshots/{testFileName}/{arg}{ext}',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // A test that passes only when repeated is a finding, not a pass.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium,
      // Chromium's sandbox refuses to run as root.
      args: isRoot ? ['--no-sandbox'] : [],
    },
  },
  projects: [
    { name: 'prepare', testMatch: /.*\.prepare\.ts/ },
    {
      name: 'hydrated',
      testMatch: /.*\.spec\.ts/,
      testIgnore: /without-script\.spec\.ts/,
      dependencies: ['prepare'],
    },
    {
      name: 'no-js',
      testMatch: /(pages|forms|without-script)\.spec\.ts/,
      dependencies: ['prepare'],
      use: { javaScriptEnabled: false },
    },
  ],
});
