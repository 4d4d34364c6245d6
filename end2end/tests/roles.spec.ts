// What each role sees, and what the server refuses whatever a page shows.
import { expect, session, test } from '../support/test';

test.describe('a viewer', () => {
  test.use({ storageState: session('viewer') });

  test('sees sources and changes none', async ({ page, request, baseURL }) => {
    await page.goto('/sources');
    await expect(page.getByRole('region', { name: 'Lab' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Add source' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Sync Lab now' })).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
    const headers = { Origin: baseURL ?? '', Accept: 'application/json' };
    const refused = await request.post('/api/fn/start_sync', { form: { source: '1' }, headers });
    expect(refused.status()).toBe(403);
  });

  test('finds no administration behind its address', async ({ page }) => {
    await page.goto('/admin');
    await expect(page.getByRole('heading', { name: 'Users' })).toHaveCount(0);
    await expect(page.getByRole('alert').first()).toBeVisible();
  });
});

test.describe('a manager', () => {
  test.use({ storageState: session('manager') });

  test('runs syncs and administers nobody', async ({ page }) => {
    await page.goto('/sources');
    await expect(page.getByRole('button', { name: 'Sync Lab now' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
  });
});

test.describe('an administrator', () => {
  test.use({ storageState: session('admin') });

  test('sees the users', async ({ page }) => {
    await page.goto('/admin');
    for (const name of ['admin', 'manager', 'viewer']) await expect(page.getByRole('row').filter({ hasText: name }).first()).toBeVisible();
  });
});

test.describe('a stranger', () => {
  test('is led to the sign-in and from there to where they wanted to go', async ({ page }) => {
    await page.goto('/vms?q=power:on');
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByLabel('Name').fill('viewer');
    await page.getByLabel('Password', { exact: true }).fill('correct horse viewer');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/vms\?q=power:on/);
  });

  test('changes nothing from another origin', async ({ request }) => {
    const headers = { Origin: 'https://elsewhere.example', Accept: 'application/json' };
    const refused = await request.post('/api/fn/sign_in', { form: { name: 'admin', password: 'correct horse admin' }, headers });
    expect(refused.status()).toBe(403);
  });
});
