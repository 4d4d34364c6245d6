// Every page, with script and without: its landmarks and headings, its data, and nothing that axe can find.
import { expect, expectAccessible, session, test } from '../support/test';
import { LARGE_COUNT } from '../support/vcenter';

test.use({ storageState: session('admin') });

/** Address, and what its main part has to hold. */
const PAGES: [name: string, path: string, main: string][] = [
  ['overview', '/', `- heading "Overview" [level=1]`],
  ['virtual machines', '/vms', `- heading "Virtual machines" [level=1]\n- table "Virtual machines"`],
  ['hosts', '/hosts', `- heading /Hosts/ [level=1]\n- table "Hosts"`],
  ['clusters', '/clusters', `- heading /Clusters/ [level=1]\n- table "Clusters"`],
  ['storage', '/storage', `- heading "Storage" [level=1]\n- table "Datastores"`],
  ['networks', '/networks', `- heading "Networks" [level=1]\n- table "Networks"`],
  ['search', '/search?q=DC0_C0_RP0_VM1', `- heading "Search" [level=1]`],
  ['sources', '/sources', `- heading "Sources" [level=1]\n- link "Add source"`],
  ['a new source', '/sources/new', `- heading "Add source" [level=1]\n- textbox "Name"\n- textbox "Address"\n- textbox "User"\n- textbox "Password"`],
  ['a source', '/sources/1', `- heading "Lab" [level=1]`],
  ['a run', '/runs/1', `- heading "Sync of Lab" [level=1]`],
  ['activity', '/activity', `- heading "Activity" [level=1]`],
  ['administration', '/admin', `- heading "Administration" [level=1]`],
  ['account', '/account', `- heading "Account" [level=1]`],
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
    await expect(page.getByRole('main')).toMatchAriaSnapshot(main);
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
    await expect(page.getByRole('main')).toMatchAriaSnapshot(`
      - heading "${name}" [level=1]
      - heading "Changes" [level=2]
    `);
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
