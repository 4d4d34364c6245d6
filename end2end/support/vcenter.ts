// vcsim, VMware's vCenter simulator: a real SOAP endpoint with a self-signed certificate.
import { fileURLToPath } from 'node:url';
import { freePort, run, start, type Program } from './programs';

export const USER = 'admin';
/** Spaces at both ends on purpose: passwords keep every character. */
export const PASSWORD = ' s3cret: "<&> ';

export type Estate = { datacenters: number; clusters: number; hosts: number; machines: number };
/** 504 machines in 4 clusters and on 2 stand-alone hosts: vcsim puts `machines` into each. */
export const LARGE: Estate = { datacenters: 2, clusters: 2, hosts: 4, machines: 84 };
export const LARGE_COUNT = 504;

export type Vcenter = Program & { port: number; endpoint: string };

/** One cluster and a stand-alone host with 3 machines each. */
export const SMALL: Estate = { datacenters: 1, clusters: 1, hosts: 2, machines: 3 };
export const SMALL_COUNT = 6;

export async function startVcenter(estate: Estate, { tls = true } = {}): Promise<Vcenter> {
  const script = fileURLToPath(new URL('../peers/build_vcsim.sh', import.meta.url));
  const vcsim = await run('bash', [script]);
  const port = await freePort();
  const args = ['-l', `127.0.0.1:${port}`, '-username', USER, '-password', PASSWORD];
  args.push('-dc', `${estate.datacenters}`, '-cluster', `${estate.clusters}`, '-host', `${estate.hosts}`);
  args.push(`-tls=${tls}`, '-standalone-host', '1', '-vm', `${estate.machines}`, '-pg', '2', '-folder', '1');
  const program = await start(vcsim, args, /GOVC_URL=/);
  return { ...program, port, endpoint: `127.0.0.1:${port}` };
}
