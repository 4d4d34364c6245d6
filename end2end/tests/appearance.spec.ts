// Wide and narrow, light and dark; and the picture in the README.
import { fileURLToPath } from 'node:url';
import { expect, expectAccessible, session, test } from '../support/test';

test.use({ storageState: session('admin') });

const PATHS = ['/', '/vms', '/hosts', '/storage', '/sources', '/sources/new', '/activity', '/admin'];

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  for (const path of PATHS) {
    test(`${path} fits`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, 'nothing stands beyond the edge').toBeLessThanOrEqual(0);
      // As tall as any page: the bar at the bottom must not lie over whatever happens to be scrolled beneath it.
      await page.setViewportSize({ width: 390, height: 4000 });
      await expectAccessible(page);
    });
  }
});

test.describe('in the dark', () => {
  test.use({ colorScheme: 'dark' });

  for (const path of PATHS) {
    test(`${path} has contrast`, async ({ page }) => {
      await page.goto(path);
      await expectAccessible(page);
    });
  }
});

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
