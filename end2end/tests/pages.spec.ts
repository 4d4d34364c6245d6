// Every page, with script and without: its landmarks and headings, its data, and nothing that axe can find.
import { expect, expectAccessible, session, test } from '../support/test';
import { LARGE_COUNT } from '../support/vcenter';

test.use({ storageState: session('admin') });

const titled = (title: string, ...regions: string[]) =>
  ['- main:', `  - heading "${title}" [level=1]`, ...regions.map((region) => `  - region "${region}"`)].join('\n');

/** Name, address, and what its main part has to hold. */
const PAGES: [name: string, path: string, main: string][] = [
  ['overview', '/', titled('Overview')],
  ['virtual machines', '/vms', titled('Virtual machines', 'Virtual machines')],
  ['hosts', '/hosts', titled('Hosts & clusters', 'Hosts')],
  ['clusters', '/clusters', titled('Hosts & clusters', 'Clusters')],
  ['storage', '/storage', titled('Storage', 'Datastores')],
  ['networks', '/networks', titled('Networks', 'Networks')],
  ['search', '/search?q=DC0_C0_RP0_VM1', titled('Search', 'Virtual machines')],
  ['sources', '/sources', titled('Sources', 'Lab')],
  ['a new source', '/sources/new', titled('Add a source', 'Connection', 'Certificate', 'Automatic sync')],
  ['a source', '/sources/1', titled('Lab', 'Connection', 'Certificate')],
  ['a run', '/runs/1', titled('Sync of Lab', 'Run', 'Read', 'Issues')],
  ['activity', '/activity', titled('Activity', 'Runs')],
  ['administration', '/admin', titled('Administration')],
  ['account', '/account', titled('Account', 'Password', 'Appearance', 'Sessions')],
];

for (const [name, path, main] of PAGES) {
  test(`${name}`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole('banner')).toMatchAriaSnapshot('- searchbox "Search the inventory"');
    await expect(page.getByRole('navigation', { name: 'Main' })).toMatchAriaSnapshot(`
      - link "Overview"
      - link "Virtual machines"
      - link "Hosts & clusters"
      - link "Storage"
      - link "Networks"
    `);
    await expect(page.locator('body')).toMatchAriaSnapshot(main);
    await expectAccessible(page);
  });
}

const DETAILS: [table: string, name: string][] = [
  ['/vms', 'DC0_C0_RP0_VM0'],
  ['/hosts', 'DC0_C0_H0'],
  ['/clusters', 'DC0_C0'],
  ['/storage', 'LocalDS_0'],
  ['/networks', 'VM Network'],
];

for (const [table, name] of DETAILS) {
  test(`the page of one of ${table}`, async ({ page }) => {
    await page.goto(`${table}?q=${encodeURIComponent(`name="${name}"`)}`);
    await page.getByRole('rowheader').getByRole('link').first().click();
    await expect(page.locator('body')).toMatchAriaSnapshot(titled(name, 'Changes'));
    await expectAccessible(page);
  });
}

test('first paint is data', async ({ request }) => {
  const html = await (await request.get('/vms')).text();
  expect(html).toContain('DC0_C0_RP0_VM0');
  expect(html).toContain(`${LARGE_COUNT}`);
});

test('an address that does not exist', async ({ page }) => {
  const response = await page.goto('/nowhere');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('heading', { level: 2 }))).toContainText('There is no such page');
  await expectAccessible(page);
});
