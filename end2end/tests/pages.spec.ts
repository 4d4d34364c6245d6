// Every page, with script and without: its landmarks, its parts and what they hold, and nothing that axe can find.
import { expect, expectAccessible, session, test } from '../support/test';
import { LARGE_COUNT } from '../support/vcenter';

/** A page's main part: its title, and below it what it has to hold, in this order. */
const main = (title: string, ...parts: string[]) =>
  ['- main:', `  - heading "${title}" [level=1]`, ...parts.flatMap((part) => part.split('\n').map((line) => `  ${line}`))].join('\n');

/** A card with facts, by their names. */
const facts = (name: string, ...terms: string[]) => [`- region "${name}":`, ...terms.map((term) => `  - term: ${term}`)].join('\n');

/** A card around a table, by its headings. */
const table = (name: string, heads: string) =>
  `- region "${name}":\n  - 'region "Table: ${name}"':\n    - table:\n      - rowgroup:\n        - row "${heads}"`;

/** The page of a list: filter, quick filters, count, columns, export, rows. */
const list = (kind: string, plural: string, heads: string) =>
  `- search:
  - searchbox "Filter ${plural}"
  - button "Apply"
- group: Filter help
- list "Quick filters of ${plural}":
  - listitem:
    - link "With archived"
- region "${kind}":
  - status:
    - text: /${plural} · as of/
    - time
  - group: Columns
  - link "CSV"
  - 'region "Table: ${kind}"':
    - table "${kind}":
      - rowgroup:
        - row "${heads}"`;

const form = (...more: string[]) =>
  `- region "Connection":
  - textbox "Name"
  - textbox "Address"
  - textbox "User"
  - textbox "Password"
- region "Certificate":
  - group "How the certificate is judged":
    - radio /Trusted by this system/
    - radio /Exactly this certificate/
    - radio /Signed by an authority of yours/
    - radio /Not verified/
- region "Automatic sync":
  - combobox "Interval"
  - checkbox /Enabled/${more.map((line) => `\n${line}`).join('')}`;

const VM_HEADS = 'Name Power Cluster Host vCPU CPU now Memory Active memory Disks Guest OS IP addresses Snapshots Source';
const HOST_HEADS = 'Name State Maintenance Cluster Machines CPU used Memory used Cores Memory Model Version Source';
const CLUSTER_HEADS =
  'Name Hosts Machines CPU used Memory used Cores vCPU allocated Memory Memory allocated HA DRS Datacenter Source';
const DATASTORE_HEADS = 'Name Used Free Capacity Provisioned Type Accessible Hosts Machines Datacenter Source';

/** Name, address, and what its main part has to hold. */
const PAGES: [name: string, path: string, main: string][] = [
  [
    'overview',
    '/',
    main(
      'Overview',
      '- term:\n  - link "Machines"',
      '- term:\n  - link "Hosts"',
      '- term:\n  - link "Running vCPU"',
      '- term:\n  - link "Storage used"',
      `- region "Capacity":
  - link "All clusters"
  - 'region "Table: Capacity of clusters and hosts"':
    - table:
      - rowgroup:
        - row "Cluster or host Memory CPU vCPU per core Hosts Machines on"
      - rowgroup:
        - row /DC0_C0/`,
      '- region "Sources":\n  - link "All sources"\n  - list:\n    - listitem:\n      - strong:\n        - link "Lab"',
      '- region "Fullest datastores":\n  - link "All datastores"',
      '- region "Latest changes":\n  - link "Activity"',
    ),
  ],
  ['virtual machines', '/vms', main('Virtual machines', list('Virtual machines', 'virtual machines', VM_HEADS))],
  ['hosts', '/hosts', main('Hosts & clusters', list('Hosts', 'hosts', HOST_HEADS))],
  ['clusters', '/clusters', main('Hosts & clusters', list('Clusters', 'clusters', CLUSTER_HEADS))],
  ['storage', '/storage', main('Storage', list('Datastores', 'datastores', DATASTORE_HEADS))],
  ['networks', '/networks', main('Networks', list('Networks', 'networks', 'Name Type Switch VLAN Machines Hosts Datacenter Source'))],
  [
    'capacity',
    '/capacity',
    main(
      'Capacity',
      `- region "Clusters and hosts":
  - 'region "Table: Capacity of clusters and hosts that stand alone"':
    - table:
      - rowgroup:
        - row "Cluster or host Time remaining CPU demand Memory demand vCPU allocated Memory allocated"`,
      `- region /DC/:
  - 'region "Table: From capacity to what is left"'
  - heading "Time remaining" [level=3]
  - 'region "Table: Time remaining by resource"'
  - heading /What still fits/ [level=3]
  - 'region "Table: Machines that still fit, by the sizes in use"'`,
      '- region "Datastores"',
      '- region "What it is judged by":\n  - textbox "vCPU per core": "4"',
    ),
  ],
  [
    'monitoring',
    '/monitoring',
    main(
      'Monitoring',
      '- region "Virtual machines":\n  - navigation "Metric of virtual machines":\n    - link "CPU usage"',
      '- region "Hosts":\n  - navigation "Metric of hosts":\n    - link "CPU usage"',
      '- region "Datastores":\n  - navigation "Metric of datastores":\n    - link "Storage used"',
      '- region "Problems"',
    ),
  ],
  [
    'search',
    '/search?q=DC0_C0_RP0_VM1',
    main(
      'Search',
      '- search:\n  - searchbox "Search everything": DC0_C0_RP0_VM1\n  - button "Search"',
      '- status: 11 results for “DC0_C0_RP0_VM1”',
      '- region "Virtual machines":\n  - link "Open as a table"\n  - list:\n    - listitem:\n      - strong:\n        - link "DC0_C0_RP0_VM1"\n      - text: /cluster DC0_C0/',
    ),
  ],
  ['a search without words', '/search', main('Search', '- search:\n  - searchbox "Search everything"')],
  [
    'sources',
    '/sources',
    main(
      'Sources',
      '- button "Sync all"',
      '- link "Add source"',
      facts('Lab', 'Virtual machines', 'Hosts', 'Clusters', 'Datastores', 'Networks', 'As of', 'Took', 'Next'),
    ),
  ],
  ['a new source', '/sources/new', main('Add a source', form('- button "Add source"', '- button "Test connection"', '- link "Cancel"'))],
  ['a new source of Hyper-V', '/sources/new?kind=hyperv', main('Add a source', form('- button "Add source"'))],
  [
    'a source',
    '/sources/1',
    main(
      'Lab',
      '- link "All activity"',
      form('- button "Save"', '- button "Test connection"'),
      '- region "Runs"',
    ),
  ],
  [
    'a run',
    '/runs/1',
    main(
      'Sync of Lab',
      facts('Run', 'Started by', 'Requested', 'Started', 'Ended', 'Took'),
      facts('Read', 'Datacenters', 'Folders', 'Clusters', 'Hosts', 'Resource pools', 'Virtual machines', 'Datastores', 'Networks'),
      '- region "Issues"',
    ),
  ],
  [
    'activity: runs',
    '/activity',
    main(
      'Activity',
      '- navigation "View":\n  - link "Runs"\n  - link "Changes"',
      '- combobox "Source"',
      table('Runs', 'Requested Source State By Took Machines Issues What it did'),
    ),
  ],
  [
    'activity: changes',
    '/activity?view=changes',
    main(
      'Activity',
      '- combobox "Source"\n- combobox "Action"\n- combobox "Kind"\n- button "Apply"\n- link "Clear"',
      '- region "Changes"',
    ),
  ],
  [
    'administration',
    '/admin',
    main(
      'Administration',
      table('Users', 'Name State Role Last sign-in Sessions Actions'),
      '- region "Add a user":\n  - textbox "Name"\n  - combobox "Role"\n  - textbox "First password"\n  - button "Add user"',
      facts('About IROA', 'Version', 'Database'),
    ),
  ],
  [
    'account',
    '/account',
    main(
      'Account',
      '- region "Password":\n  - textbox "Present password"\n  - textbox "New password"\n  - textbox "New password again"\n  - button "Change password"',
      '- region "Appearance":\n  - group "Theme":\n    - button "System"\n    - button "Light"\n    - button "Dark"\n  - group "Density":\n    - button "Comfortable"\n    - button "Compact"',
      table('Sessions', 'Browser Address Signed in Last seen End'),
    ),
  ],
];

/** The table that the page is found in, its name, and what its page has to hold. */
const DETAILS: [table: string, name: string, ...parts: string[]][] = [
  [
    '/vms',
    'DC0_C0_RP0_VM0',
    '- region "Use"',
    facts('Placement', 'Host', 'Cluster', 'Datacenter', 'Folder', 'Resource pool', 'Configuration file'),
    '- region "Measurements"',
    facts('Configuration', 'vCPU', 'Sockets', 'Memory', 'Disks', 'Firmware', 'BIOS UUID', "Platform's id", 'First seen', 'Instance UUID'),
    facts('Guest', 'Host name', 'IP addresses', 'Running', 'Configured for', 'Tools'),
    table('Reservations, limits and shares', 'Resource Reservation Limit Shares'),
    '- region "Snapshots"',
    table('Disks', 'Disk Capacity Provisioning Mode Datastore File'),
    '- region "Network adapters"',
    '- region "Changes"',
  ],
  [
    '/hosts',
    'DC0_C0_H0',
    '- region "Use"',
    facts('Placement and version', 'Cluster', 'Datacenter', 'Product', 'Version', 'Build'),
    '- region "Measurements"',
    facts('Hardware', 'Vendor', 'Model', 'Serial number', 'CPU model', 'Sockets', 'Cores', 'Threads', 'Memory'),
    '- region "Datastores"',
    '- region "Physical adapters"',
    '- region "Networks"',
    '- region "Virtual machines"',
    '- region "Changes"',
  ],
  [
    '/clusters',
    'DC0_C0',
    '- region "Use"',
    facts('Availability and placement', 'HA', 'Admission control', 'Kept free for failures', 'DRS', 'DRS automation'),
    facts('Size', 'Hosts', 'Effective hosts', 'Cores', 'Threads', 'CPU in total', 'Effective CPU', 'Memory in total'),
    '- region "Hosts"',
    '- region "Virtual machines"',
    '- region "Changes"',
  ],
  [
    '/storage',
    'LocalDS_0',
    facts('Capacity', 'Used', 'Free', 'Capacity', 'Provisioned'),
    '- region "Measurements"',
    facts('Configuration', 'Type', 'Shared by hosts', 'Accessible', 'Maintenance', 'Datastore cluster', 'Datacenter', 'URL'),
    '- region "Hosts"',
    '- region "Virtual machines"',
    '- region "Changes"',
  ],
  [
    '/networks',
    'VM Network',
    facts('Configuration', 'Type', 'Switch', 'VLAN', 'Datacenter', 'Uplink'),
    '- region "Hosts"',
    '- region "Virtual machines"',
    '- region "Changes"',
  ],
];

test.describe('signed in', () => {
  test.use({ storageState: session('admin') });

  for (const [name, path, expected] of PAGES) {
    test(`${name}`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole('banner')).toMatchAriaSnapshot('- searchbox "Search the inventory"');
      await expect(page.getByRole('navigation', { name: 'Main' })).toMatchAriaSnapshot(`
        - link "Overview"
        - link "Virtual machines"
        - link "Hosts & clusters"
        - link "Storage"
        - link "Networks"
        - link "Monitoring"
        - link "Sources"
        - link "Activity"
        - link "Administration"
      `);
      await expect(page.locator('body')).toMatchAriaSnapshot(expected);
      await expectAccessible(page);
    });
  }

  for (const [path, name, ...parts] of DETAILS) {
    test(`the page of one of ${path}`, async ({ page }) => {
      await page.goto(`${path}?q=${encodeURIComponent(`name="${name}"`)}`);
      await page.getByRole('rowheader').getByRole('link').first().click();
      await expect(page.locator('body')).toMatchAriaSnapshot(main(name, ...parts));
      await expectAccessible(page);
    });
  }

  test('an object that does not exist', async ({ page }) => {
    await page.goto('/vms/987654');
    await expect(page.locator('body')).toMatchAriaSnapshot(main('There is nothing here'));
    await expectAccessible(page);
  });

  test('an address that does not exist', async ({ page }) => {
    const response = await page.goto('/nowhere');
    expect(response?.status()).toBe(404);
    await expect(page.locator('body')).toMatchAriaSnapshot(
      main('There is no such page', '- paragraph: The address may be mistyped, or the page has moved.', '- link "To the overview"'),
    );
    await expectAccessible(page);
  });

  test('first paint is data', async ({ request }) => {
    const html = await (await request.get('/vms')).text();
    expect(html).toContain('DC0_C0_RP0_VM0');
    expect(html).toContain(`${LARGE_COUNT}`);
  });
});

/** A card in the middle of a page of its own. */
const entrance = (title: string, ...parts: string[]) =>
  ['- main:', `  - region "${title}":`, `    - heading "${title}" [level=1]`, ...parts.map((part) => `    ${part}`)].join('\n');

test('sign-in', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.locator('body')).toMatchAriaSnapshot(
    entrance('Sign in', '- textbox "Name"', '- textbox "Password"', '- button "Sign in"'),
  );
  await expectAccessible(page);
});

test('set-up', async ({ page, installation }) => {
  await page.goto(installation.url + installation.setupPath());
  await expect(page.locator('body')).toMatchAriaSnapshot(
    entrance(
      'Welcome to IROA',
      '- textbox "Set-up token": /.+/',
      '- textbox "Your name"',
      '- textbox "Password"',
      '- textbox "Password again"',
      '- button "Create administrator"',
    ),
  );
  await expectAccessible(page);
});
