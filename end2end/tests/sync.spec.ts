// Syncs that do not end well: cancelled, refused, cut off. Each leaves the inventory that was there.
import { expect, session, test } from '../support/test';
import { fillSource, pinCertificate } from '../support/steps';
import { PASSWORD, USER } from '../support/vcenter';

test.use({ storageState: session('manager') });

test('a sync is cancelled, and says so', async ({ page, line }) => {
  await page.goto('/sources/new');
  await fillSource(page, { name: 'Slow', endpoint: line.endpoint, user: USER, password: PASSWORD });
  await pinCertificate(page);
  await page.getByRole('button', { name: 'Add source' }).click();
  const card = page.getByRole('region', { name: 'Slow' });
  line.setPace(50_000);
  await card.getByRole('button', { name: 'Sync Slow now' }).click();
  await card.getByRole('button', { name: 'Cancel the sync of Slow' }).click();
  // What was asked for is let through slowly: the session is signed out before the run ends.
  line.setPace(Infinity);
  await expect(card).toContainText('Cancelled');
  await expect(card.getByRole('button', { name: 'Sync Slow now' })).toBeVisible();
});

test('a wrong password is named, and automatic syncs wait for another one', async ({ page, line }) => {
  await page.goto('/sources/new');
  const password = 'not the password';
  await fillSource(page, { name: 'Locked out', endpoint: line.endpoint, user: USER, password, interval: '3600' });
  const result = page.getByRole('region', { name: 'Result of the test' });
  await page.getByRole('button', { name: 'Test connection' }).click();
  await result.getByRole('button', { name: 'Pin this fingerprint' }).click();
  await expect(result).toContainText('User or password is wrong');
  await page.getByRole('button', { name: 'Add source' }).click();
  const card = page.getByRole('region', { name: 'Locked out' });
  await card.getByRole('button', { name: 'Sync Locked out now' }).click();
  await expect(card).toContainText('User or password is wrong');
  await expect(card).toContainText('Automatic syncs wait until the source is changed.');
});

test('an ordinary web server is not taken for a vCenter', async ({ page, baseURL }) => {
  await page.goto('/sources/new');
  const endpoint = new URL(baseURL ?? '').host;
  await fillSource(page, { name: 'Wrong', endpoint, user: USER, password: PASSWORD });
  await page.getByRole('button', { name: 'Test connection' }).click();
  // It speaks no TLS: that is what can be said of it.
  await expect(page.getByRole('region', { name: 'Result of the test' })).toContainText('No secure connection');
});
