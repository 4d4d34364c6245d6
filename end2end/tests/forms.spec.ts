// Forms work with script and without: signing in and out, testing a connection, filtering a table.
import { expect, expectAccessible, passwordOf, session, test } from '../support/test';
import { fillSource } from '../support/steps';
import { PASSWORD, USER } from '../support/vcenter';

test.describe('at the door', () => {
  test('a wrong password is refused in the same words as a wrong name', async ({ page }) => {
    for (const name of ['nobody', 'somebody']) {
      await page.goto('/sign-in');
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'Name or password is wrong' })).toBeVisible();
      // What was typed is not lost, but for the password where the page was loaded anew.
      await expect(page.getByLabel('Name')).toHaveValue(name);
    }
    await expectAccessible(page);
  });

  test('in and out again', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByLabel('Name').fill('viewer');
    await page.getByLabel('Password', { exact: true }).fill(passwordOf('viewer'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    await page.getByText('Account of viewer').or(page.getByLabel('Account of viewer')).first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
    await page.goto('/vms');
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test.describe('signed in', () => {
  test.use({ storageState: session('manager') });

  test('a connection is tested before anything is saved', async ({ page }) => {
    await page.goto('/sources/new');
    await fillSource(page, { name: 'Not yet', endpoint: process.env.IROA_VCENTER ?? '', user: USER, password: PASSWORD });
    await page.getByRole('button', { name: 'Test connection' }).click();
    const result = page.getByRole('region', { name: 'Result of the test' });
    await expect(result).toContainText('The certificate is not trusted');
    await expect(result.getByText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/).first()).toBeVisible();
    await expect(page.getByLabel('Address')).toHaveValue(process.env.IROA_VCENTER ?? '');
    await expectAccessible(page);
  });

  test('a table is filtered by its form', async ({ page }) => {
    await page.goto('/vms');
    await page.getByRole('searchbox', { name: 'Filter virtual machines' }).fill('cluster=DC1_C1');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'virtual machines match' })).toContainText('84');
  });
});
