// Tables: what they show is in the address, so it can be bookmarked, shared and gone back to.
import { expect, session, test } from '../support/test';
import { LARGE_COUNT } from '../support/vcenter';

test.use({ storageState: session('viewer') });

const COUNT = /virtual machines?/;

test('a filter is text, chip and address at once', async ({ page }) => {
  await page.goto('/vms');
  const count = page.getByRole('status').filter({ hasText: COUNT });
  await expect(count).toContainText(`${LARGE_COUNT} virtual machines`);
  await page.getByRole('searchbox', { name: 'Filter virtual machines' }).fill('cluster=DC0_C0 power:on');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/[?&]q=cluster/);
  await expect(count).toContainText('84 virtual machines match');
  await page.reload();
  await expect(count).toContainText('84 virtual machines match');
  await expect(page.getByRole('searchbox', { name: 'Filter virtual machines' })).toHaveValue('cluster=DC0_C0 power:on');

  await page.getByRole('link', { name: 'Remove filter Cluster = DC0_C0' }).click();
  await expect(count).toContainText(`${LARGE_COUNT} virtual machines match`);
  await page.goBack();
  await expect(count).toContainText('84 virtual machines match');
});

test('a filter that cannot be read says what is wrong with it', async ({ page }) => {
  await page.goto('/vms?q=colour:blue');
  await expect(page.getByRole('alert')).toContainText('colour');
  await page.getByRole('link', { name: 'Clear the filter' }).click();
  await expect(page.getByRole('status').filter({ hasText: COUNT })).toContainText(`${LARGE_COUNT}`);
});

test('a heading sorts, and sorts the other way round', async ({ page }) => {
  await page.goto('/vms');
  const names = page.getByRole('rowheader');
  await expect(names.first()).toHaveText('DC0_C0_RP0_VM0');
  const heading = page.getByRole('columnheader', { name: 'Name' });
  await heading.getByRole('link').click();
  await expect(heading).toHaveAttribute('aria-sort', 'descending');
  await expect(page).toHaveURL(/sort=name&dir=desc/);
  await expect(names.first()).not.toHaveText('DC0_C0_RP0_VM0');
});

test('pages follow one another', async ({ page }) => {
  await page.goto('/vms');
  const first = await page.getByRole('rowheader').first().textContent();
  await page.getByRole('link', { name: 'Next page' }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.getByText(`51–100 of ${LARGE_COUNT} virtual machines`)).toBeVisible();
  await expect(page.getByRole('rowheader').first()).not.toHaveText(first ?? '');
  await page.getByRole('link', { name: 'Previous page' }).click();
  await expect(page.getByRole('rowheader').first()).toHaveText(first ?? '');
});

test('columns are chosen, and the choice is in the address', async ({ page }) => {
  await page.goto('/vms');
  await page.getByText('Columns', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Power', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'Firmware', exact: true }).check();
  await page.getByRole('button', { name: 'Show these' }).click();
  await expect(page.getByRole('columnheader', { name: 'Firmware' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Power' })).toHaveCount(0);
  await expect(page).toHaveURL(/cols=/);
});

test('rows are walked and opened by keyboard', async ({ page }) => {
  await page.goto('/vms');
  const links = page.getByRole('rowheader').getByRole('link');
  await links.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(links.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'DC0_C0_RP0_VM0' })).toBeVisible();
});
