// On paper: content alone, black on white, and no table that is cut at the edge or pushed to another page.
import { expect, session, test } from '../support/test';

test.use({ storageState: session('viewer') });

const PATHS = ['/', '/vms', '/hosts', '/clusters', '/storage', '/networks', '/sources', '/runs/1', '/activity', '/account'];
const DETAILS = ['/vms/1', '/hosts/1', '/clusters/1', '/storage/1', '/networks/1'];

/** The width of the text of a page of A4 with our margins, in CSS pixels: upright, and lying for lists. */
const UPRIGHT = 688;
const LYING = 1031;
const LISTS = ['/vms', '/hosts', '/clusters', '/storage', '/networks'];

for (const path of [...PATHS, ...DETAILS]) {
  test(`${path} is printed whole`, async ({ page }) => {
    await page.goto(path);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: LISTS.includes(path) ? LYING : UPRIGHT, height: 1000 });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
    await expect(page.getByRole('banner')).toBeHidden();
    const cut = await page.evaluate(() => {
      const parts = [...document.querySelectorAll('main :is(td, th, dd, dt, p, li, h1, h2)')];
      const isCut = (part: Element) => {
        const clips = getComputedStyle(part).overflowX !== 'visible' && part.scrollWidth > part.clientWidth + 1;
        return part.checkVisibility() && (clips || part.getBoundingClientRect().right > innerWidth + 1);
      };
      return parts.filter(isCut).map((part) => part.textContent?.slice(0, 40));
    });
    expect(cut, 'nothing is cut').toEqual([]);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
  });
}

test('a list lies down, begins on the first page, and every page has its headings', async ({ page }) => {
  await page.goto('/vms');
  await page.emulateMedia({ media: 'print' });
  const rules = await page.evaluate(() => {
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
    return [style('main').page, style('main .card').breakInside, style('thead').display];
  });
  expect(rules).toEqual(['wide', 'auto', 'table-header-group']);
});
