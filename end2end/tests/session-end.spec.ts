// A session that is ended elsewhere ends in every open window at once, and there is a way back in.
import { expect, test, waitForHydration } from '../support/test';
import { hydrated, signIn } from '../support/steps';

const PASSWORD = 'a long enough password';

test('ending a session elsewhere signs its windows out at once', async ({ page, browser, installation }) => {
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  const other = waitForHydration(await (await browser.newContext()).newPage(), true);
  await signIn(other, 'ada', PASSWORD, url);
  await hydrated(other);
  await expect(other.getByText('No source yet')).toBeVisible();

  await page.goto(`${url}/account`);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(other.getByRole('link', { name: 'Signed out, sign in again' })).toBeVisible({ timeout: 5_000 });

  await other.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Storage' }).click();
  const message = other.getByRole('alert').filter({ hasText: 'You are signed out' });
  await message.getByRole('link', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  await other.context().close();
});

test('who has to choose a password first is not told to be signed out', async ({ page, browser, installation }) => {
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  await page.goto(`${url}/admin`);
  await page.getByLabel('Name', { exact: true }).fill('grace');
  await page.getByLabel('First password').fill('handed over on paper');
  await page.getByRole('button', { name: 'Add user' }).click();
  const row = page.getByRole('row').filter({ hasText: 'grace' });
  await row.getByRole('button', { name: 'Reset the password of grace' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'One-time password of grace:' })).toBeVisible();
  const oneTime = await page.locator('code.secret').innerText();

  const other = waitForHydration(await (await browser.newContext()).newPage(), true);
  await other.goto(`${url}/sign-in`);
  await other.getByLabel('Name').fill('grace');
  await other.getByLabel('Password', { exact: true }).fill(oneTime);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByText('Choose a password of your own.')).toBeVisible();
  await hydrated(other);
  await expect(other.getByText('Signed out, sign in again')).toHaveCount(0);
  await other.context().close();
});
