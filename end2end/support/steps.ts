// What many tests do on their way to what they test.
import { expect, type Page } from '@playwright/test';
import { PASSWORD, USER } from './vcenter';

export type SourceInput = { name: string; endpoint: string; user: string; password: string; interval?: string };

/** Waits until the page answers to the hand; for the pages that a form or a redirect led to. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}

export async function signIn(page: Page, name: string, password: string, url = ''): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
}

export async function fillSource(page: Page, source: SourceInput): Promise<void> {
  await page.getByLabel('Name').fill(source.name);
  await page.getByLabel('Address').fill(source.endpoint);
  await page.getByLabel('User').fill(source.user);
  await page.getByLabel('Password', { exact: true }).fill(source.password);
  // Most tests start their syncs themselves.
  await page.getByLabel('Interval').selectOption(source.interval ?? '0');
}

/** Tests the connection, compares nothing (it is a simulator) and pins the certificate that was shown. */
export async function pinCertificate(page: Page): Promise<void> {
  const result = page.getByRole('region', { name: 'Result of the test' });
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(result).toContainText('The certificate is not trusted');
  await expect(result).toContainText('itself (self-signed)');
  await result.getByRole('button', { name: 'Pin this fingerprint' }).click();
  await expect(result).toContainText('The connection works.');
}

/** Adds a source by request, as a script would do it, for tests that are about what comes afterwards. */
export async function addVcenter(page: Page, url: string, name: string, endpoint: string, measureSeconds = 0): Promise<void> {
  const form = {
    'form[kind]': 'vcenter',
    'form[name]': name,
    'form[endpoint]': endpoint,
    'form[username]': USER,
    'form[password]': PASSWORD,
    'form[tls]': 'unverified',
    'form[interval]': '0',
    'form[measure_interval]': `${measureSeconds}`,
    'form[enabled]': 'on',
  };
  const headers = { Origin: url, Accept: 'application/json' };
  expect((await page.request.post(`${url}/api/fn/save_source`, { form, headers })).ok()).toBeTruthy();
}

/** Waits, without a look at the page, until nothing is synced any more. */
export async function noSyncRuns(page: Page, url: string): Promise<void> {
  const headers = { Origin: url, Accept: 'application/json' };
  const running = async () => {
    const sources = await (await page.request.post(`${url}/api/fn/list_sources`, { data: {}, headers })).json();
    return sources.filter(({ live }: { live: unknown }) => live).length;
  };
  await expect.poll(running, { timeout: 30_000 }).toBe(0);
}
