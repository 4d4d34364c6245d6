// Everything without a mouse: the way in, lists, search, columns, a sync; and the focus is always somewhere and always seen.
import { expect, passwordOf, session, test } from '../support/test';
import { addVcenter, hydrated, signIn } from '../support/steps';
import type { Locator, Page } from '@playwright/test';

/** What has the focus has an outline, or stands in a box that has one. */
async function expectSeen(target: Locator): Promise<void> {
  await expect(target).toBeFocused();
  const isSeen = await target.evaluate((element) => {
    const marked = (one: Element | null) => {
      if (!one) return false;
      const style = getComputedStyle(one);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    };
    const { top, bottom } = element.getBoundingClientRect();
    return (marked(element) || marked(element.closest('form'))) && bottom > 0 && top < innerHeight;
  });
  expect(isSeen, 'the focus is seen').toBe(true);
}

/** Goes on with Tab until the wanted control has the focus, as somebody without a mouse has to. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return expectSeen(target);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}`);
}

test('signing in', async ({ page }) => {
  await page.goto('/sign-in');
  await expectSeen(page.getByLabel('Name'));
  await page.keyboard.type('viewer');
  await page.keyboard.press('Tab');
  await expectSeen(page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(passwordOf('viewer'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});

test.describe('signed in', () => {
  test.use({ storageState: session('viewer') });

  test('the first Tab leads past the navigation', async ({ page }) => {
    await page.goto('/');
    await page.keyboard.press('Tab');
    await expectSeen(page.getByRole('link', { name: 'Skip to content' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
  });

  test('a list is opened, walked, entered and left', async ({ page }) => {
    await page.goto('/');
    await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Virtual machines' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Virtual machines' })).toBeVisible();
    // Reading goes on in the new page, not at the link that led to it.
    await expect(page.getByRole('main')).toBeFocused();

    const names = page.getByRole('rowheader').getByRole('link');
    await expect(names.first()).toBeVisible();
    await page.keyboard.press('j');
    await expectSeen(names.first());
    await page.keyboard.press('j');
    await expectSeen(names.nth(1));
    await page.keyboard.press('k');
    await expectSeen(names.first());
    const name = (await names.first().textContent()) ?? '';
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByRole('main')).toBeFocused();
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1, name: 'Virtual machines' })).toBeVisible();
    await page.keyboard.press('j');
    await expectSeen(names.first());
  });

  test('j from nowhere selects the first row', async ({ page }) => {
    await page.goto('/hosts');
    await page.keyboard.press('j');
    await expectSeen(page.getByRole('rowheader').getByRole('link').first());
  });

  test('a slash goes to the search, Enter searches', async ({ page }) => {
    await page.goto('/vms');
    await page.keyboard.press('/');
    await expectSeen(page.getByRole('searchbox', { name: 'Search the inventory' }));
    await page.keyboard.type('DC1_C1_RP0_VM7');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/search\?q=DC1_C1_RP0_VM7/);
    await expect(page.getByRole('main').getByRole('link', { name: 'DC1_C1_RP0_VM7', exact: true })).toBeVisible();
  });

  test('the palette opens a page and gives the focus back where it came from', async ({ page }) => {
    await page.goto('/storage');
    const filter = page.getByRole('searchbox', { name: 'Filter datastores' });
    await filter.focus();
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Go to a page or an object' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expectSeen(filter);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Networks');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Networks' })).toBeVisible();
    await expect(page.getByRole('main')).toBeFocused();
  });

  test('columns are chosen, and Escape leads back to the button', async ({ page }) => {
    await page.goto('/vms');
    const button = page.locator('summary').filter({ hasText: 'Columns' });
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    const power = page.getByRole('checkbox', { name: 'Power', exact: true });
    await tabTo(page, power);
    await page.keyboard.press('Escape');
    await expectSeen(button);
    await page.keyboard.press('Enter');
    await tabTo(page, power);
    await page.keyboard.press('Space');
    await tabTo(page, page.getByRole('button', { name: 'Show these' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('columnheader', { name: 'Power' })).toHaveCount(0);
    // The choice stays open and keeps the focus; the way out is as before.
    await expectSeen(page.getByRole('button', { name: 'Show these' }));
    await page.keyboard.press('Escape');
    await expectSeen(button);
  });
});

test('a sync is started and cancelled', async ({ page, installation, line }) => {
  const url = installation.url;
  await installation.addUser('ada', 'admin', 'a long enough password');
  await signIn(page, 'ada', 'a long enough password', url);
  await addVcenter(page, url, 'Prague', line.endpoint);
  await page.goto(`${url}/sources`);
  await hydrated(page);
  line.setPace(30_000);
  const sync = page.getByRole('button', { name: 'Sync Prague now' });
  const cancel = page.getByRole('button', { name: 'Cancel the sync of Prague' });
  await tabTo(page, sync);
  await page.keyboard.press('Enter');
  // One button takes the other's place, and the focus with it.
  await expect(cancel).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Prague' })).toContainText('Cancelled');
  line.setPace(Infinity);
  await expectSeen(sync);
});
