// Hyper-V beside VMware: both synced at once into one list, a machine that migrates, a node that falls silent.
import { expect, expectAccessible, test } from '../support/test';
import { fillSource, hydrated, pinCertificate, signIn } from '../support/steps';
import { HYPERV_COUNT, HYPERV_PASSWORD, HYPERV_USER, HypervEstate } from '../support/hyperv';
import { LARGE_COUNT, PASSWORD, USER } from '../support/vcenter';

test('two platforms are one list, and every state is told truly', async ({ page, installation }) => {
  test.slow();
  const url = installation.url;
  const estate = await HypervEstate.start();
  try {
    await installation.addUser('ada', 'admin', 'a long enough password');
    await signIn(page, 'ada', 'a long enough password', url);

    await test.step('a Hyper-V estate is tested and added', async () => {
      await page.goto(`${url}/sources/new`);
      await page.getByRole('navigation', { name: 'Kind of source' }).getByRole('link', { name: 'Microsoft Hyper-V' }).click();
      await expect(page.getByText('DOMAIN\\user')).toBeVisible();
      await fillSource(page, { name: 'Windows', endpoint: estate.address, user: HYPERV_USER, password: HYPERV_PASSWORD });
      await page.getByRole('button', { name: 'Test connection' }).click();
      await expect(page.getByRole('region', { name: 'Result of the test' })).toContainText('The connection works.');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Add source' }).click();
      await expect(page.getByRole('region', { name: 'Windows' })).toContainText('Never synced');
    });

    await test.step('a vCenter stands beside it, and both are read at once', async () => {
      await page.goto(`${url}/sources/new`);
      await fillSource(page, { name: 'VMware', endpoint: process.env.IROA_VCENTER ?? '', user: USER, password: PASSWORD });
      await pinCertificate(page);
      await page.getByRole('button', { name: 'Add source' }).click();
      await expect(page.getByRole('region', { name: 'VMware' })).toContainText('Never synced');
      await page.getByRole('button', { name: 'Sync all' }).click();
      for (const name of ['Windows', 'VMware']) {
        await expect(page.getByRole('region', { name })).toContainText(/Current|Partial/, { timeout: 60_000 });
      }
    });

    const count = page.getByRole('status').filter({ hasText: 'virtual machines' });
    const machine = 'web-hva-8';
    const openMachine = async () => {
      await page.goto(`${url}/vms?q=${encodeURIComponent(`name="${machine}" role:ordinary`)}`);
      await page.getByRole('link', { name: machine, exact: true }).click();
      await expect(page.getByRole('heading', { level: 1, name: machine })).toBeVisible();
    };

    await test.step('one list holds both, the platform is a filter', async () => {
      await page.goto(`${url}/vms`);
      await expect(count).toContainText(/1.204/);
      await page.goto(`${url}/vms?q=platform:hyperv&cols=name,host,generation,demand,replication`);
      await expect(count).toContainText(`${HYPERV_COUNT}`);
      await page.goto(`${url}/clusters`);
      await expect(page.getByRole('link', { name: 'hva', exact: true })).toBeVisible();
      await expect(page.getByRole('link', { name: 'DC0_C0', exact: true })).toBeVisible();
    });

    await test.step("a machine's page tells what Hyper-V alone knows", async () => {
      await openMachine();
      await expect(page.getByRole('heading', { level: 2, name: 'Checkpoints' })).toBeVisible();
      await expect(page.getByText('Dynamic memory', { exact: true })).toBeVisible();
      await expect(page.getByText('Memory demand', { exact: true }).first()).toBeVisible();
      await expect(page.getByText('Primary', { exact: true })).toBeVisible();
      await expect(page.getByRole('link', { name: 'hva3.lab.invalid' }).first()).toBeVisible();
      await expectAccessible(page);
    });

    const sync = async (state: RegExp) => {
      await page.goto(`${url}/sources`);
      const card = page.getByRole('region', { name: 'Windows' });
      await card.getByRole('button', { name: 'Sync Windows now' }).click();
      await expect(card.getByRole('button', { name: 'Cancel the sync of Windows' })).toHaveCount(0, { timeout: 60_000 });
      await expect(card).toContainText(state, { timeout: 60_000 });
    };

    await test.step('a machine that migrates stays the same machine', async () => {
      const before = page.url();
      await estate.migrate(machine, 'hva1');
      await sync(/Current/);
      await openMachine();
      expect(page.url()).toBe(before);
      await expect(page.getByRole('link', { name: 'hva1.lab.invalid' }).first()).toBeVisible();
      await expect(page.getByRole('region', { name: 'Changes' }).or(page.locator('section').filter({ hasText: 'Changes' })).first()).toContainText('hva3.lab.invalid');
    });

    await test.step('a node that falls silent costs nothing that is stored', async () => {
      await estate.silence('hva2');
      await sync(/Partial/);
      await page.goto(`${url}/vms?q=platform:hyperv`);
      await expect(count).toContainText(`${HYPERV_COUNT}`);
      await page.goto(`${url}/hosts?q=${encodeURIComponent('name=hva2.lab.invalid')}`);
      await hydrated(page);
      await expect(page.getByRole('row').filter({ hasText: 'hva2.lab.invalid' })).toContainText('Not responding');
    });
  } finally {
    await estate.stop();
  }
});
