// Wide and narrow, light and dark; and the picture in the README.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, session, test } from '../support/test';

test.use({ storageState: session('admin') });

const PATHS = [
  ...['/', '/vms', '/hosts', '/clusters', '/storage', '/networks', '/search?q=DC0_C0_RP0_VM1', '/sources', '/sources/new'],
  ...['/sources/1', '/runs/1', '/activity', '/activity?view=changes', '/monitoring', '/admin', '/account', '/nowhere'],
  ...['/vms/1', '/hosts/1', '/clusters/1', '/storage/1', '/networks/1', '/vms?q=colour:blue', '/vms?q=name=nothing'],
];

/** Controls of which a part cannot be reached: beyond the edge, or cut by a box that does not scroll. Tables scroll. */
const clippedControls = (page: Page) =>
  page.evaluate(() => {
    const controls = [...document.querySelectorAll('a, button, input, select, textarea, summary')];
    const shown = controls.filter((one) => one.checkVisibility() && !one.closest('.table, .skip, .visually-hidden'));
    const isClipped = (one: Element) => {
      const { left, right, width } = one.getBoundingClientRect();
      return width > 0 && (left < -1 || right > innerWidth + 1);
    };
    return shown.filter(isClipped).map((one) => one.outerHTML.slice(0, 100));
  });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`on a phone, ${colorScheme}`, () => {
    test.use({ viewport: { width: 390, height: 844 }, colorScheme });

    for (const path of PATHS) {
      test(`${path} fits`, async ({ page }) => {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        const overflow = await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? Infinity) - innerWidth);
        expect(overflow, 'nothing stands beyond the edge').toBeLessThanOrEqual(0);
        expect(await clippedControls(page), 'every control is whole').toEqual([]);
        // As tall as any page: the bar at the bottom must not lie over whatever happens to be scrolled beneath it.
        await page.setViewportSize({ width: 390, height: 4000 });
        await expectAccessible(page);
      });
    }
  });
}

test.describe('in the dark', () => {
  test.use({ colorScheme: 'dark' });

  for (const path of PATHS) {
    test(`${path} has contrast`, async ({ page }) => {
      await page.goto(path);
      await expectAccessible(page);
    });
  }
});

for (const width of [1280, 1440]) {
  test(`at ${width} pixels the overview's capacity is seen whole`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/');
    const table = page.getByRole('region', { name: 'Table: Capacity of clusters and hosts' });
    const hidden = await table.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(hidden, 'nothing has to be scrolled to').toBeLessThanOrEqual(0);
  });
}

test('the theme is kept for the person', async ({ page }) => {
  await page.goto('/account');
  const main = page.getByRole('main');
  await main.getByRole('button', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await main.getByRole('button', { name: 'System' }).click();
  await expect(main.getByRole('button', { name: 'System' })).toHaveAttribute('aria-pressed', 'true');
});

// IROA_SCREENSHOT=1 writes docs/screenshot.png anew: pictures differ from machine to machine, so that is done on purpose only.
test('the overview for the README', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  const path = process.env.IROA_SCREENSHOT ? fileURLToPath(new URL('../../docs/screenshot.png', import.meta.url)) : undefined;
  expect((await page.screenshot({ path })).length).toBeGreaterThan(10_000);
});
