import { defineConfig } from "@playwright/test";

// Servers are started by `cargo xtask test --only browser`, which says where they are, how to enter, and how many workers there are.
export default defineConfig({
  testDir: "e2e",
  outputDir: "../target/e2e/results",
  // Looks are counted and logged: each worker has a server of its own, on which the tests of a file follow each other.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  // No test is of how long something takes: on a busy machine all of it takes longer.
  timeout: 300_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "off",
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [
    { name: "tests", testIgnore: /screenshots\.spec\.ts/ },
    { name: "screenshots", testMatch: /screenshots\.spec\.ts/ },
  ],
});
