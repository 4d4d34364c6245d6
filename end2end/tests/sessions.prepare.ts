// Signs in once as each role, and fills the shared installation with the estate that the other tests look at.
import { expect, passwordOf, session, test } from '../support/test';
import { fillSource, hydrated, pinCertificate, signIn } from '../support/steps';
import { LARGE_COUNT, PASSWORD, USER } from '../support/vcenter';

test.describe.configure({ mode: 'serial' });

for (const role of ['viewer', 'manager', 'admin'] as const) {
  test(`sign in as ${role}`, async ({ page }) => {
    await signIn(page, role, passwordOf(role));
    await page.context().storageState({ path: session(role) });
  });
}

test('read the estate', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, storageState: session('admin') });
  const page = await context.newPage();
  await page.goto('/sources/new');
  await hydrated(page);
  await fillSource(page, { name: 'Lab', endpoint: process.env.IROA_VCENTER ?? '', user: USER, password: PASSWORD });
  await pinCertificate(page);
  await page.getByRole('button', { name: 'Add source' }).click();
  const card = page.getByRole('region', { name: 'Lab' });
  await card.getByRole('button', { name: 'Sync Lab now' }).click();
  await expect(card).toContainText(/Current|Partial/, { timeout: 30_000 });
  await expect(card).toContainText(`${LARGE_COUNT}`);
  await context.close();
});
