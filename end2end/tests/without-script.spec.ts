// A whole new installation by forms alone: set-up, users, passwords, a source, its sync. Runs in a browser without scripts.
import { expect, expectAccessible, test } from '../support/test';
import { fillSource, signIn } from '../support/steps';
import { LARGE_COUNT, PASSWORD, USER } from '../support/vcenter';

const ADMIN_PASSWORD = 'a long enough password';
const FIRST_PASSWORD = 'handed over on paper';
const OWN_PASSWORD = 'known to grace alone';

test('an installation is set up, shared and filled by forms alone', async ({ page, installation }) => {
  test.slow();
  const url = installation.url;
  const signOut = async (name: string) => {
    await page.getByLabel(`Account of ${name}`).first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  };

  await test.step('a wrong token creates nobody', async () => {
    await page.goto(`${url}/setup`);
    await page.getByLabel('Set-up token').fill('guessed');
    await page.getByLabel('Your name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(ADMIN_PASSWORD);
    await page.getByLabel('Password again').fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name: 'Welcome to IROA' })).toBeVisible();
  });

  await test.step('the token of the log creates the first administrator', async () => {
    await page.goto(url + installation.setupPath());
    await page.getByLabel('Your name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(ADMIN_PASSWORD);
    await page.getByLabel('Password again').fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('button', { name: 'Test connection' })).toBeVisible();
  });

  await test.step('a user is added, refused, made a manager, disabled and enabled', async () => {
    const add = async (password: string) => {
      await page.goto(`${url}/admin`);
      await page.getByLabel('Name', { exact: true }).fill('grace');
      await page.getByLabel('First password').fill(password);
      await page.getByRole('button', { name: 'Add user' }).click();
    };
    await add('short');
    await expect(page.getByRole('alert').filter({ hasText: 'characters' })).toBeVisible();
    await add(FIRST_PASSWORD);
    const row = page.getByRole('row').filter({ hasText: 'grace' });
    await expect(row).toBeVisible();
    await row.getByLabel('Role of grace', { exact: true }).selectOption('manager');
    await row.getByRole('button', { name: 'Save the role of grace' }).click();
    await expect(row.getByLabel('Role of grace', { exact: true })).toHaveValue('manager');
    await row.getByRole('button', { name: 'Disable grace' }).click();
    await expect(row).toContainText('Disabled');
    await row.getByRole('button', { name: 'Enable grace' }).click();
    await expect(row.getByRole('button', { name: 'Disable grace' })).toBeVisible();
    await expectAccessible(page);
  });

  let oneTime = '';
  await test.step('a forgotten password is replaced by one for a single sign-in', async () => {
    await page.getByRole('button', { name: 'Reset the password of grace' }).click();
    oneTime = await page.locator('code.secret').innerText();
    await signOut('ada');
    await page.getByLabel('Name').fill('grace');
    await page.getByLabel('Password', { exact: true }).fill(FIRST_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'Name or password is wrong' })).toBeVisible();
    await page.getByLabel('Name').fill('grace');
    await page.getByLabel('Password', { exact: true }).fill(oneTime);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('Choose a password of your own.')).toBeVisible();
  });

  await test.step('nothing opens before a password of their own is chosen', async () => {
    await page.goto(`${url}/vms`);
    await expect(page).toHaveURL(/\/account/);
    const change = async (repeated: string) => {
      await page.getByLabel('Present password').fill(oneTime);
      await page.getByLabel('New password', { exact: true }).fill(OWN_PASSWORD);
      await page.getByLabel('New password again').fill(repeated);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('something else');
    await expect(page.getByRole('alert').filter({ hasText: 'differ' }).first()).toBeVisible();
    await change(OWN_PASSWORD);
    await expect(page.getByText('The password is changed.')).toBeVisible();
    await signOut('grace');
    await signIn(page, 'grace', OWN_PASSWORD, url);
  });

  await test.step('a manager adds a vCenter: tested, its certificate pinned, saved', async () => {
    await page.goto(`${url}/sources/new`);
    await fillSource(page, { name: 'Prague', endpoint: process.env.IROA_VCENTER ?? '', user: USER, password: PASSWORD });
    await page.getByRole('button', { name: 'Test connection' }).click();
    const result = page.getByRole('region', { name: 'Result of the test' });
    await expect(result).toContainText('The certificate is not trusted');
    await result.getByRole('button', { name: 'Pin this fingerprint' }).click();
    await expect(page.getByRole('radio', { name: 'Exactly this certificate' })).toBeChecked();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(result).toContainText('The connection works.');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Add source' }).click();
    await expect(page.getByRole('region', { name: 'Prague' })).toContainText('Never synced');
  });

  await test.step('a sync is started, and the page tells its state when it is loaded again', async () => {
    await page.getByRole('button', { name: 'Sync Prague now' }).click();
    await expect(async () => {
      await page.goto(`${url}/vms`);
      await expect(page.getByRole('status').filter({ hasText: 'virtual machines' })).toContainText(`${LARGE_COUNT}`, { timeout: 500 });
    }).toPass({ timeout: 30_000 });
    await page.goto(`${url}/activity`);
    await expect(page.getByRole('row').filter({ hasText: 'Prague' }).first()).toContainText(/Completed/);
  });
});
