// What is measured: a chart that is drawn, read by keys, read as a table and downloaded; Monitoring in two windows.
import { readFile } from 'node:fs/promises';
import { anotherWindow, expect, expectAccessible, test } from '../support/test';
import { addVcenter, noSyncRuns, signIn } from '../support/steps';

const PASSWORD = 'a long enough password';
const MACHINE = 'DC0_C0_RP0_VM0';

test('a machine is measured, and its chart is read in every way', async ({ page, browser, installation }) => {
  test.slow();
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  await addVcenter(page, url, 'Prague', process.env.IROA_VCENTER ?? '', 300);
  await page.goto(`${url}/sources`);
  await page.getByRole('button', { name: 'Sync Prague now' }).click();
  await noSyncRuns(page, url);

  const chart = page.getByRole('figure').filter({ hasText: 'CPU usage' }).first();
  const plot = chart.getByRole('slider', { name: /^CPU usage, 24 hours to/ });
  await test.step('the chart comes by itself once the source was measured', async () => {
    await page.goto(`${url}/vms?q=${encodeURIComponent(`name="${MACHINE}"`)}`);
    await page.getByRole('link', { name: MACHINE, exact: true }).click();
    await expect(page.getByRole('region', { name: 'Measurements' })).toBeVisible();
    await expect(plot).toBeVisible({ timeout: 60_000 });
    await expect(plot).toHaveAttribute('aria-label', /average [\d.]+ %, .*highest [\d.]+ %; \d+ % covered, \d+ % since 20/);
    await expect(chart).toContainText(/just now|min ago/);
    await expectAccessible(page);
  });

  await test.step('arrow keys read it', async () => {
    await plot.focus();
    await expect(chart.getByRole('status')).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d: average [\d.]+ %/);
    const last = await chart.getByRole('status').textContent();
    await expect(plot, 'what is shown is what is read out').toHaveAttribute('aria-valuetext', last ?? '');
    await page.keyboard.press('ArrowLeft');
    await expect(chart.getByRole('status')).not.toHaveText(last ?? '');
    await page.keyboard.press('Escape');
    await expect(chart.getByRole('status')).toBeEmpty();
  });

  await test.step('the table and the file have the same numbers', async () => {
    await chart.getByText('Show as a table').click();
    const shown = chart.getByRole('row').nth(1);
    const value = Number.parseFloat((await shown.getByRole('cell').first().textContent()) ?? '');
    const time = (await shown.getByRole('rowheader').textContent())?.replace(' ', 'T');
    const started = page.waitForEvent('download');
    await chart.getByRole('link', { name: 'CSV of CPU usage' }).click();
    const file = (await readFile(await (await started).path(), 'utf8')).trim().split(/\r?\n/);
    expect(file[0]).toBe('interval_end,cpu_usage_percent,p95,maximum');
    const [end, average] = file.at(-1)?.split(',') ?? [];
    expect(end).toBe(`${time}:00Z`);
    expect(Math.abs(Number(average) - value)).toBeLessThanOrEqual(0.05);
  });

  await test.step('another time is a link, and stands in the address', async () => {
    await page.getByRole('link', { name: '7 days' }).click();
    await expect(page).toHaveURL(/range=7d/);
    await expect(chart.getByRole('slider', { name: /^CPU usage, 7 days to/ })).toBeVisible();
    await expect(chart.getByRole('row').first(), 'an open table stays open').toBeVisible();
    await page.reload();
    await expect(page.getByRole('link', { name: '7 days' })).toHaveAttribute('aria-current', 'true');
    await page.getByText('Other days').click();
    await page.getByLabel('From').fill('2026-01-02');
    await page.getByLabel('To', { exact: true }).fill('2026-01-01');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.getByText('The first day lies after the last one')).toBeVisible();
  });

  await test.step('Monitoring shows the busiest, in two windows', async () => {
    const other = await anotherWindow(browser, page.context());
    for (const window of [page, other]) {
      await window.goto(`${url}/monitoring`);
      const machines = window.getByRole('region', { name: 'Virtual machines', exact: true });
      await expect(machines.getByRole('row')).toHaveCount(11);
      await expect(machines.getByRole('row').nth(1)).toContainText(/%/);
      await machines.getByRole('link', { name: 'CPU ready' }).click();
      await expect(window).toHaveURL(/vm=cpu_ready_percent/);
      await expect(machines).toContainText('CPU ready');
    }
    await expect(page.locator('main')).toMatchAriaSnapshot(`
      - heading "Monitoring" [level=1]
      - region "Virtual machines":
        - heading "Virtual machines" [level=2]
        - navigation "Metric of virtual machines":
          - link "CPU usage"
          - link "CPU ready"
          - link "Memory active"
      - region "Hosts":
        - heading "Hosts" [level=2]
      - region "Datastores":
        - heading "Datastores" [level=2]
      - region "Problems":
        - heading "Problems" [level=2]
    `);
    await expectAccessible(page);
    await other.context().close();
  });

  await test.step('without script the chart is there, too', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
    const paper = await plain.newPage();
    await paper.goto(`${url}/vms?q=${encodeURIComponent(`name="${MACHINE}"`)}`);
    await paper.getByRole('link', { name: MACHINE, exact: true }).click();
    await expect(paper.getByRole('img', { name: /^CPU usage, 24 hours to .*average/ })).toBeVisible();
    await paper.goto(`${url}/monitoring`);
    await expect(paper.getByRole('region', { name: 'Hosts', exact: true }).getByRole('row').nth(1)).toContainText(/%/);
    await plain.close();
  });
});
