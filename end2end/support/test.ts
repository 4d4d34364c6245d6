// The tests' own `test`: a page that waits for hydration, and the checks that every page test ends with.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { Installation } from './installation';
import { openLine, type Line } from './line';

export { expect };

/** Sessions of the shared installation, signed in once by `prepare`. */
export const session = (role: 'admin' | 'manager' | 'viewer') =>
  fileURLToPath(new URL(`../.state/${role}.json`, import.meta.url));

/** The shared installation's users. */
export const passwordOf = (role: string) => `correct horse ${role}`;

/** Makes `goto` and `reload` wait until the page answers to the hand, where a page has scripts. */
export function waitForHydration(page: Page, hasScripts: boolean): Page {
  if (!hasScripts) return page;
  for (const name of ['goto', 'reload'] as const) {
    const original = page[name].bind(page) as (...args: unknown[]) => Promise<unknown>;
    (page as unknown as Record<string, unknown>)[name] = async (...args: unknown[]) => {
      const response = await original(...args);
      await expect(page.locator('html[data-hydrated]')).toBeAttached();
      return response;
    };
  }
  return page;
}

type Fixtures = {
  /** An installation of the test's own: nobody has signed in yet. */
  installation: Installation;
  /** A line of the test's own to the shared vCenter. */
  line: Line;
  /** Nothing may be reported to the console: neither an error of ours nor a violation of the content policy. */
  quietConsole: void;
};

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(process.env.IROA_URL),
  page: async ({ page, javaScriptEnabled }, use) => use(waitForHydration(page, javaScriptEnabled !== false)),
  installation: async ({}, use) => {
    const installation = await Installation.create();
    await installation.start();
    await use(installation);
    await installation.remove();
  },
  line: async ({}, use) => {
    const line = await openLine(Number(process.env.IROA_VCENTER?.split(':')[1]));
    await use(line);
    await line.close();
  },
  quietConsole: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !isExpected(message.text())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await use();
      expect(complaints, 'the browser console is quiet').toEqual([]);
    },
    { auto: true },
  ],
});

/** Chromium reports every answer of 400 and above, and every socket that a restarted server does not take yet. */
function isExpected(text: string): boolean {
  return text.startsWith('Failed to load resource') || /^WebSocket connection to .* failed/.test(text);
}

/** A second window of the same person: a context of its own with the same session. */
export async function anotherWindow(browser: Browser, context: BrowserContext): Promise<Page> {
  const other = await browser.newContext({ storageState: await context.storageState() });
  return waitForHydration(await other.newPage(), true);
}

/** What every page test ends with: nothing that axe can find. */
export async function expectAccessible(page: Page): Promise<void> {
  const hasScripts = test.info().project.use.javaScriptEnabled !== false;
  const audited = hasScripts ? page : await copyWithScripts(page);
  const { violations } = await new AxeBuilder({ page: audited }).withTags(RULES).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
  expect(found, 'axe finds nothing').toEqual([]);
  if (!hasScripts) await audited.context().close();
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe is a script itself: a page without scripts is audited as a copy, in a window that runs axe and none of ours. */
async function copyWithScripts(page: Page): Promise<Page> {
  const context = await page.context().browser()?.newContext({ viewport: page.viewportSize(), javaScriptEnabled: true });
  if (!context) throw new Error('the browser is gone');
  const copy = await context.newPage();
  const [url, body] = [page.url(), await page.content()];
  await copy.route('**/*', (route) => {
    if (route.request().url() === url) return route.fulfill({ body, contentType: 'text/html' });
    return /\.(js|wasm)$/.test(route.request().url()) ? route.abort() : route.continue();
  });
  await copy.goto(url);
  return copy;
}
