// What an open page does when its line to the server is cut, or the server goes: it says so, and comes back by itself with the truth.
import { expect, test } from '../support/test';
import { addVcenter, hydrated, noSyncRuns, signIn } from '../support/steps';
import { LARGE_COUNT } from '../support/vcenter';
import { wireOf } from '../support/wire';

const PASSWORD = 'a long enough password';

test('a page that was cut off tells so, and shows what happened meanwhile', async ({ page, installation, line }) => {
  test.slow();
  const url = installation.url;
  const wire = await wireOf(page);
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  await addVcenter(page, url, 'Prague', line.endpoint);
  await page.goto(`${url}/sources`);
  const card = page.getByRole('region', { name: 'Prague' });
  const machines = card.getByRole('listitem').filter({ hasText: 'Virtual machines' });
  const state = page.getByRole('banner').getByRole('status');
  const counted = async () => Number(/(\d+) of/.exec((await machines.textContent()) ?? '')?.[1] ?? 0);

  line.setPace(150_000);
  await card.getByRole('button', { name: 'Sync Prague now' }).click();
  await expect(machines).toContainText(`of ${LARGE_COUNT}`);

  await test.step('cut and mended while the sync runs: the counts go on', async () => {
    await wire.cut();
    await expect(state).toContainText('Reconnecting');
    const before = await counted();
    wire.mend();
    await expect(state).toContainText('Syncing 1 source');
    await expect.poll(counted).toBeGreaterThan(before);
  });

  await test.step('the sync ends while the line is cut: nothing is shown as known', async () => {
    await wire.cut();
    line.setPace(Infinity);
    await expect(state).toContainText('Reconnecting');
    await noSyncRuns(page, url);
    await expect(state).toContainText('Reconnecting');
    wire.mend();
    await expect(card).toContainText('Current', { timeout: 30_000 });
    await expect(card.getByRole('link', { name: `${LARGE_COUNT}` })).toBeVisible();
    await expect(state).toContainText('1 source current');
  });
});

test('a server that is restarted finds its open pages again', async ({ page, installation, line }) => {
  test.slow();
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  await addVcenter(page, url, 'Prague', line.endpoint);
  await page.goto(`${url}/sources`);
  await page.evaluate(() => ((window as { isSamePage?: boolean }).isSamePage = true));
  const card = page.getByRole('region', { name: 'Prague' });

  await test.step('the sync that ran then is interrupted, and the page says it', async () => {
    line.setPace(20_000);
    await card.getByRole('button', { name: 'Sync Prague now' }).click();
    await expect(card.getByRole('button', { name: 'Cancel the sync of Prague' })).toBeVisible();
    await installation.restart();
    await expect(card).toContainText('Interrupted', { timeout: 30_000 });
  });

  await test.step('the next one is watched live without loading the page again', async () => {
    line.setPace(Infinity);
    await card.getByRole('button', { name: 'Sync Prague now' }).click();
    await expect(card).toContainText('Current', { timeout: 30_000 });
    await expect(card.getByRole('link', { name: `${LARGE_COUNT}` })).toBeVisible();
    expect(await page.evaluate(() => (window as { isSamePage?: boolean }).isSamePage)).toBe(true);
    await hydrated(page);
  });
});
