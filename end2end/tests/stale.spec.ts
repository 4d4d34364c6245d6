// Data that is not current, or not whole, says so wherever it is shown: how old it is, what failed, what is missing.
import { expect, expectAccessible, test } from '../support/test';
import { addVcenter, noSyncRuns, signIn } from '../support/steps';
import { startForbiddenVcenter } from '../support/forbidden';
import { LARGE_COUNT, SMALL, SMALL_COUNT } from '../support/vcenter';

const PASSWORD = 'a long enough password';

test('what was read stays in sight when a later sync fails, with its age and the failure', async ({
  page,
  installation,
  line,
}) => {
  const url = installation.url;
  await installation.addUser('ada', 'admin', PASSWORD);
  await signIn(page, 'ada', PASSWORD, url);
  await addVcenter(page, url, 'Prague', line.endpoint);
  await page.goto(`${url}/sources`);
  const card = page.getByRole('region', { name: 'Prague' });
  const sync = card.getByRole('button', { name: 'Sync Prague now' });
  await sync.click();
  await expect(card).toContainText('Current', { timeout: 30_000 });
  await line.close();
  await sync.click();

  await test.step('on its card', async () => {
    await expect(card).toContainText('Failed', { timeout: 30_000 });
    await expect(card).toContainText('refuses the connection');
    await expect(card.getByRole('link', { name: `${LARGE_COUNT}` })).toBeVisible();
    await expect(card).toMatchAriaSnapshot(`
      - region "Prague":
        - term: As of
        - definition:
          - time: /just now|min ago/
    `);
    await expect(page.getByRole('banner').getByRole('status')).toContainText('1 source failed');
    await expectAccessible(page);
  });

  await test.step('above every list', async () => {
    for (const [path, count] of [['/vms', `${LARGE_COUNT} virtual machines`], ['/hosts', '18 hosts'], ['/storage', 'datastores']]) {
      await page.goto(url + path);
      await expect(page.getByText('The last sync of Prague failed:')).toBeVisible();
      await expect(page.getByText('Shown is what was read')).toContainText(/just now|min ago/);
      await expect(page.getByRole('status').filter({ hasText: count })).toContainText('as of');
    }
    await expectAccessible(page);
    await page.getByRole('link', { name: 'See what happened' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Prague' })).toBeVisible();
  });

  await test.step('on the overview', async () => {
    await page.goto(url);
    await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: 'Prague' })).toContainText('Failed');
    await expect(page.getByRole('link', { name: 'Machines', exact: true })).toBeVisible();
    await expect(page.getByRole('definition').filter({ hasText: `${LARGE_COUNT}` }).first()).toBeVisible();
  });

  await test.step('on the page of the run that failed', async () => {
    await page.goto(`${url}/activity`);
    await page.getByRole('row').filter({ hasText: 'Failed' }).getByRole('link').first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Sync of Prague' })).toBeVisible();
    await expect(page.getByText('Nothing was counted.')).toBeVisible();
    await expect(page.getByText('None until the run ended. Nothing of it was saved.')).toBeVisible();
    await expectAccessible(page);
  });
});

test('a vCenter that withholds its hosts is read in part: what is missing is named, and nothing is lost', async ({
  page,
  installation,
}) => {
  const url = installation.url;
  const vcenter = await startForbiddenVcenter(SMALL);
  try {
    await installation.addUser('ada', 'admin', PASSWORD);
    await signIn(page, 'ada', PASSWORD, url);
    await addVcenter(page, url, 'Brno', vcenter.endpoint);
    await page.goto(`${url}/sources`);
    const card = page.getByRole('region', { name: 'Brno' });
    const sync = card.getByRole('button', { name: 'Sync Brno now' });
    await sync.click();
    await expect(card).toContainText('Current', { timeout: 30_000 });
    vcenter.forbid('HostSystem');
    await sync.click();
    await noSyncRuns(page, url);

    await test.step('the card says that it is partial, and keeps the hosts', async () => {
      await expect(card).toContainText('Partial');
      await expect(card).toContainText('What could not be read is kept as it was last seen; nothing of it was archived.');
      await expect(page.getByRole('banner').getByRole('status')).toContainText('1 source partial');
      await expectAccessible(page);
    });

    await test.step('the run names the kind and what to do', async () => {
      await card.getByRole('link', { name: 'What and why' }).click();
      const issue = page.getByRole('region', { name: 'Table: Issues' }).getByRole('row').filter({ hasText: 'hosts' });
      await expect(issue.first()).toContainText('the account lacks System.Read');
      await expectAccessible(page);
    });

    await test.step('the lists show what is stored and say that it is not whole', async () => {
      await page.goto(`${url}/hosts`);
      await expect(page.getByText('Brno was read in part:')).toBeVisible();
      await expect(page.getByRole('status').filter({ hasText: 'hosts' })).toContainText('3 hosts');
      await page.goto(`${url}/vms`);
      await expect(page.getByText('Brno was read in part:')).toBeVisible();
      await expect(page.getByRole('status').filter({ hasText: 'virtual machines' })).toContainText(`${SMALL_COUNT} virtual machines`);
      await page.goto(`${url}/activity?view=changes`);
      await expect(page.getByRole('row').filter({ hasText: 'archived' })).toHaveCount(0);
    });
  } finally {
    await vcenter.stop();
  }
});
