// The whole way of a new installation: set-up, a vCenter, a watched sync, tables, export, and everything still there after a restart.
import { readFile } from 'node:fs/promises';
import { anotherWindow, expect, expectAccessible, test } from '../support/test';
import { fillSource, hydrated, pinCertificate } from '../support/steps';
import { LARGE_COUNT, PASSWORD, USER } from '../support/vcenter';

const ADMIN_PASSWORD = 'a long enough password';

test('from an empty database to the estate, which is still there after a restart', async ({
  page,
  browser,
  installation,
  line,
}) => {
  test.slow();
  const url = installation.url;

  await test.step('the first administrator is created with the token of the log', async () => {
    await page.goto(url);
    await expect(page.getByRole('heading', { level: 1, name: 'Welcome to IROA' })).toBeVisible();
    const path = installation.setupPath();
    await page.goto(url + path);
    await page.getByLabel('Set-up token').fill(new URL(url + path).searchParams.get('token') ?? '');
    await page.getByLabel('Your name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(ADMIN_PASSWORD);
    await page.getByLabel('Password again').fill(ADMIN_PASSWORD);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('button', { name: 'Test connection' })).toBeVisible();
    await hydrated(page);
  });

  await test.step('a vCenter is tested, its certificate pinned, and it is saved', async () => {
    await fillSource(page, { name: 'Prague', endpoint: line.endpoint, user: USER, password: PASSWORD });
    await pinCertificate(page);
    const result = page.getByRole('region', { name: 'Result of the test' });
    await expect(result).toContainText('vCenter');
    await expect(result).toContainText(`${LARGE_COUNT}`);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Add source' }).click();
    await expect(page.getByRole('region', { name: 'Prague' })).toContainText('Never synced');
  });

  const card = page.getByRole('region', { name: 'Prague' });
  await test.step('a sync is watched live in two windows, one of which comes late', async () => {
    line.setPace(400_000);
    await card.getByRole('button', { name: 'Sync Prague now' }).click();
    const counted = new RegExp(`\\d+ of ${LARGE_COUNT}`);
    await expect(card.getByRole('listitem').filter({ hasText: 'Virtual machines' })).toContainText(counted);
    const late = await anotherWindow(browser, page.context());
    await late.goto(`${url}/sources`);
    const lateCard = late.getByRole('region', { name: 'Prague' });
    await expect(lateCard.getByRole('listitem').filter({ hasText: 'Virtual machines' })).toContainText(counted);
    line.setPace(Infinity);
    await expect(card).toContainText(/Current|Partial/, { timeout: 30_000 });
    await expect(lateCard).toContainText(/Current|Partial/);
    await expect(lateCard).toContainText(`${LARGE_COUNT}`);
    await late.context().close();
  });

  const count = page.getByRole('status').filter({ hasText: 'virtual machines' });
  await test.step('tables and details show it', async () => {
    await page.goto(url);
    await page.getByRole('link', { name: 'Virtual machines' }).first().click();
    await expect(count).toContainText(`${LARGE_COUNT} virtual machines`);
    await page.getByRole('link', { name: 'DC0_C0_RP0_VM0', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'DC0_C0_RP0_VM0' })).toBeVisible();
    await expect(page.getByRole('heading', { level: 2, name: 'Disks' })).toBeVisible();
  });

  await test.step('the export holds exactly what is shown', async () => {
    await page.goto(`${url}/vms?q=cluster%3DDC0_C0&cols=name,power`);
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    const path = await (await started).path();
    const rows = (await readFile(path, 'utf8')).trim().split(/\r?\n/);
    expect(rows).toHaveLength(1 + 84);
    expect(rows[0].split(',')).toHaveLength(2);
    expect(rows[1]).toContain('DC0_C0_RP0_VM0');
  });

  await test.step('reload and restart take nothing away', async () => {
    await page.goto(`${url}/vms`);
    await page.reload();
    await expect(count).toContainText(`${LARGE_COUNT} virtual machines`);
    await installation.restart();
    await page.reload();
    await expect(count).toContainText(`${LARGE_COUNT} virtual machines`);
    await page.goto(`${url}/sources`);
    await expect(card).toContainText(/Current|Partial/);
  });
});
