// Brings up what the tests share: a vCenter with 500 machines and an installation with one user of each role.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Installation } from './support/installation';
import { LARGE, startVcenter } from './support/vcenter';
import { passwordOf } from './support/test';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const state = fileURLToPath(new URL('.state', import.meta.url));
  await rm(state, { recursive: true, force: true });
  await mkdir(state, { recursive: true });

  const vcenter = await startVcenter(LARGE);
  const installation = await Installation.create();
  for (const role of ['admin', 'manager', 'viewer'] as const) await installation.addUser(role, role, passwordOf(role));
  await installation.start();
  process.env.IROA_URL = installation.url;
  process.env.IROA_VCENTER = vcenter.endpoint;

  return async () => {
    await installation.remove();
    await vcenter.stop();
  };
}
