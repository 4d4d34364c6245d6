// Signs in once as each role, and fills the shared installation with the estate that the other tests look at.
// By requests, as a script would do it: how people do it on pages is what the other tests are for.
import { request as newRequest } from '@playwright/test';
import { expect, passwordOf, session, test } from '../support/test';
import { LARGE_COUNT, PASSWORD, USER } from '../support/vcenter';

test.describe.configure({ mode: 'serial' });

const headers = (baseURL?: string) => ({ Origin: baseURL ?? '', Accept: 'application/json' });

for (const role of ['viewer', 'manager', 'admin'] as const) {
  test(`sign in as ${role}`, async ({ request, baseURL }) => {
    const form = { name: role, password: passwordOf(role) };
    const answer = await request.post('/api/fn/sign_in', { form, headers: headers(baseURL) });
    expect(answer.ok()).toBeTruthy();
    await request.storageState({ path: session(role) });
  });
}

test('read the estate', async ({ baseURL }) => {
  const request = await newRequest.newContext({ baseURL, storageState: session('admin'), extraHTTPHeaders: headers(baseURL) });
  const form = {
    'form[kind]': 'vcenter',
    'form[name]': 'Lab',
    'form[endpoint]': process.env.IROA_VCENTER ?? '',
    'form[username]': USER,
    'form[password]': PASSWORD,
    'form[tls]': 'unverified',
    'form[interval]': '0',
    'form[enabled]': 'on',
  };
  expect((await request.post('/api/fn/save_source', { form })).ok()).toBeTruthy();
  expect((await request.post('/api/fn/start_sync', { form: { source: '1' } })).ok()).toBeTruthy();
  const machines = async () => {
    const [source] = await (await request.post('/api/fn/list_sources', { data: {} })).json();
    return source.stored.find(({ kind }: { kind: string }) => kind === 'vm')?.count;
  };
  await expect.poll(machines, { timeout: 60_000 }).toBe(LARGE_COUNT);
  await request.dispose();
});
