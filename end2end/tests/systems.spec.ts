// One estate, three systems: vcsim, a real Prometheus and a real Zabbix. Who is who, whose numbers are shown, and what is
// seen of a source that has stopped.
import type { Page } from '@playwright/test';
import { anotherWindow, expect, expectAccessible, test } from '../support/test';
import { Zabbix, startPrometheus, type Prometheus } from '../support/monitoring';
import { addVcenter, noSyncRuns, signIn } from '../support/steps';
import { SMALL, startVcenter, type Vcenter } from '../support/vcenter';

const PASSWORD = 'a long enough password';
/** Linked by evidence, suggested by its name, and known to nobody else. */
const [LINKED, SUGGESTED, ALONE] = ['DC0_C0_RP0_VM0', 'DC0_C0_RP0_VM1', 'standalone.e2e'];
const CPU = 'system.cpu.util';
const MEMORY = 'vm.memory.size[used]';
const GIB = 1024 ** 3;
/** Ends of intervals that are over, in seconds: the newest but `ago`. */
const intervalEnd = (ago: number) => (Math.floor(Date.now() / 300_000) - ago) * 300;

let vcenter: Vcenter;
let prometheus: Prometheus;
let zabbix: Zabbix;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  [vcenter, prometheus, zabbix] = await Promise.all([startVcenter(SMALL), startPrometheus(), Zabbix.start()]);
});
test.afterAll(async () => {
  await Promise.all([vcenter?.stop(), prometheus?.stop(), zabbix?.stop()]);
});

/** Saves a source as its form does. With a password it is measured at once, whenever that was done before. */
async function save(page: Page, url: string, fields: Record<string, string>): Promise<void> {
  const form: Record<string, string> = { 'form[tls]': 'unverified', 'form[interval]': '0', 'form[measure_interval]': '300', 'form[enabled]': 'on' };
  for (const [name, value] of Object.entries(fields)) form[`form[${name}]`] = value;
  const headers = { Origin: url, Accept: 'application/json' };
  expect((await page.request.post(`${url}/api/fn/save_source`, { form, headers })).ok()).toBeTruthy();
}

async function ask(page: Page, url: string, name: string, data: object) {
  const headers = { Origin: url, Accept: 'application/json' };
  const answer = await page.request.post(`${url}/api/fn/${name}`, { data, headers });
  expect(answer.ok(), name).toBeTruthy();
  return answer.json();
}

/** The machine's page, by the link that its table has. */
async function open(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/vms?q=${encodeURIComponent(`name="${name}"`)}`);
  await page.getByRole('link', { name, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

test('three systems see one estate', async ({ page, browser, installation }) => {
  test.setTimeout(480_000);
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  const sync = async (name: string) => {
    await page.goto(`${url}/sources`);
    await page.getByRole('button', { name: `Sync ${name} now` }).click();
    await noSyncRuns(page, url);
  };
  const measured = async (name: string, since: number) => {
    const done = async () => {
      const sources = await ask(page, url, 'list_sources', {});
      const { measuring } = sources.find((source: { settings: { name: string } }) => source.settings.name === name);
      return measuring && !measuring.is_running && (measuring.ended_at_ms ?? 0) > since;
    };
    await expect.poll(done, { timeout: 150_000 }).toBeTruthy();
  };
  const inZabbix = { kind: 'zabbix', name: 'Zbx', endpoint: zabbix.endpoint, username: Zabbix.USER, password: Zabbix.PASSWORD };

  await test.step('a platform and two monitoring systems are added', async () => {
    await addVcenter(page, url, 'Prague', vcenter.endpoint, 300);
    const added = Date.now();
    await sync('Prague');
    await open(page, url, LINKED);
    await expect(page.getByRole('slider').first()).toBeVisible({ timeout: 90_000 });
    console.log(`time to first chart after adding a vCenter: ${((Date.now() - added) / 1e3).toFixed(1)} s`);
    const uuid = await page.getByText('BIOS UUID').locator('xpath=following-sibling::dd').textContent();
    await zabbix.host('renamed by the monitoring', { [CPU]: '%', [MEMORY]: 'B' }, { macros: [{ macro: '{$VMWARE.VM.UUID}', value: uuid }] });
    await zabbix.host(SUGGESTED, { [CPU]: '%', [MEMORY]: 'B' });
    await zabbix.host(ALONE, { [CPU]: '%' });
    for (const ago of [4, 3, 2]) {
      await zabbix.push(SUGGESTED, MEMORY, intervalEnd(ago) - 100, 3 * GIB);
      await zabbix.push(ALONE, CPU, intervalEnd(ago) - 100, 3);
    }
    await save(page, url, inZabbix);
    await save(page, url, { kind: 'prometheus', name: 'Prom', endpoint: prometheus.endpoint, username: '', password: '' });
    await sync('Zbx');
    await sync('Prom');
    await measured('Zbx', 0);
    await measured('Prom', 0);
    const card = page.getByRole('region', { name: 'Prom', exact: true });
    await page.goto(`${url}/sources`);
    await expect(card).toContainText('Virtual machines');
    await expect(card, 'it can have none').not.toContainText('Datastores');
  });

  const systems = page.getByRole('region', { name: 'Other systems', exact: true });
  await test.step('a machine is linked by evidence', async () => {
    await open(page, url, LINKED);
    const row = systems.getByRole('row').filter({ hasText: 'renamed by the monitoring' });
    await expect(row).toContainText('Linked');
    await expect(row).toContainText(/UUID: [0-9a-f-]{36}|UUID: [0-9a-f]{32}/);
    await expect(row).toContainText('the evidence');
    await page.goto(`${url}/vms?q=${encodeURIComponent('renamed')}`);
    await expect(page.getByRole('link', { name: 'renamed by the monitoring' }), 'it is shown once').toHaveCount(0);
  });

  await test.step('a suggestion is accepted, and the guest tells of its memory', async () => {
    await page.goto(`${url}/who-is-who`);
    const suggestions = page.getByRole('region', { name: 'Suggestions', exact: true });
    const row = suggestions.getByRole('row').filter({ hasText: SUGGESTED });
    await expect(row).toContainText('name alone');
    await expectAccessible(page);
    await row.getByRole('button', { name: `Same machine: ${SUGGESTED} of Zbx` }).click();
    await expect(page.getByText('They are one machine.')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Said by people', exact: true }).getByRole('row').filter({ hasText: SUGGESTED })).toContainText('ada');

    await open(page, url, SUGGESTED);
    const chart = page.getByRole('figure').filter({ hasText: 'Memory used by the guest' });
    await chart.getByText('Show as a table').click();
    await expect(chart.getByRole('row').nth(1).getByRole('cell').first()).toHaveText('3 GiB');
    await expect(chart, 'a quarter of an hour is not a day').toContainText(/\d % covered, \d+ % since \d{4}-/);
    await systems.getByText('Which system tells which metric').click();
    await expect(systems.getByRole('row').filter({ hasText: 'Memory used by the guest' })).toContainText('Zbx');
    await expectAccessible(page);
  });

  await test.step('a link is made by hand, refused and taken back', async () => {
    await open(page, url, ALONE);
    await systems.getByRole('link', { name: 'Link by hand' }).click();
    const byHand = page.getByRole('region', { name: 'Link by hand', exact: true });
    await byHand.getByLabel('Find it on a platform').fill('H0_VM0');
    await byHand.getByRole('button', { name: 'Find' }).click();
    await byHand.getByRole('button', { name: 'Same machine: DC0_H0_VM0' }).click();
    const said = page.getByRole('region', { name: 'Said by people', exact: true }).getByRole('row').filter({ hasText: ALONE });
    await expect(said).toContainText('by hand');
    await said.getByRole('button', { name: 'Undo the link' }).click();
    await expect(page.getByText('Taken back; evidence decides again.')).toBeVisible();
    await expect(said).toHaveCount(0);
  });

  await test.step('Monitoring is live in two windows, and rests where nobody looks', async () => {
    const other = await anotherWindow(browser, page.context());
    const drawn: string[] = [];
    other.on('request', (request) => request.url().includes('draw_measurements') && drawn.push(request.url()));
    const rowOf = (window: Page) => window.getByRole('region', { name: 'Virtual machines', exact: true }).getByRole('row').filter({ hasText: ALONE });
    for (const window of [page, other]) {
      await window.goto(`${url}/monitoring`);
      await expect(rowOf(window)).toContainText('3 %');
    }
    const push = async (value: number) => {
      await zabbix.push(ALONE, CPU, intervalEnd(1) - 100 + value, value);
      const since = Date.now();
      const id = (await ask(page, url, 'list_sources', {})).find((source: { settings: { name: string } }) => source.settings.name === 'Zbx').id;
      await save(page, url, { ...inZabbix, id: `${id}` });
      await measured('Zbx', since);
    };
    await push(97);
    for (const window of [page, other]) await expect(rowOf(window)).toContainText('97 %');

    const hide = (hidden: boolean) =>
      other.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      }, hidden);
    await hide(true);
    const before = drawn.length;
    await push(81);
    await expect(rowOf(page)).toContainText('89 %');
    expect(drawn.length, 'a hidden tab asks for nothing').toBe(before);
    await expect(rowOf(other)).toContainText('97 %');
    await hide(false);
    await expect(rowOf(other)).toContainText('89 %');
    await other.context().close();
  });

  await test.step('a query of one’s own is tried, added and removed', async () => {
    await page.goto(`${url}/sources`);
    await page.getByRole('link', { name: 'Prom', exact: true }).click();
    const own = page.getByRole('region', { name: 'Own measurements', exact: true });
    await own.getByText('Add one').click();
    await own.getByLabel('Metric').selectOption('memory_demand_bytes');
    await own.getByLabel('Query').fill('avg by (job, instance) (node_memory_Active_bytes) +');
    await own.getByRole('button', { name: 'Test' }).click();
    await expect(own.getByRole('alert').filter({ hasText: 'cannot evaluate' })).toBeVisible();
    await own.getByLabel('Query').fill('avg by (job, instance) (node_memory_Active_bytes)');
    await own.getByRole('button', { name: 'Test' }).click();
    await expect(own.getByText('1 series of 1 machines.')).toBeVisible();
    await expectAccessible(page);
    await own.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(own.getByText('Mappings: 1')).toBeVisible();
    await own.getByRole('button', { name: /^Remove Memory demand/ }).click();
    await expect(own.getByText('Add one')).toBeVisible();
  });

  await test.step('what a source measured keeps its age when it has stopped', async () => {
    await prometheus.stop();
    const since = Date.now();
    const id = (await ask(page, url, 'list_sources', {})).find((source: { settings: { name: string } }) => source.settings.name === 'Prom').id;
    await save(page, url, { id: `${id}`, kind: 'prometheus', name: 'Prom', endpoint: prometheus.endpoint, username: 'nobody', password: 'x' });
    await measured('Prom', since);
    await page.clock.install();
    await page.goto(`${url}/sources`);
    const card = page.getByRole('region', { name: 'Prom', exact: true });
    await expect(card).toContainText('The last measurement failed.');
    await page.clock.fastForward('03:00:00');
    await expect(card).toContainText('3 h ago');
    await expectAccessible(page);
  });
});
