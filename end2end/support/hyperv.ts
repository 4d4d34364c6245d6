// Seven Hyper-V hosts: real WinRM peers on loopback addresses of their own, which answer from an estate that is made up
// (peers/hyperv_estate.py).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, start, type Program } from './programs';

export const HYPERV_USER = 'LAB\\tester';
export const HYPERV_PASSWORD = 'pässword 1';
export const HYPERV_COUNT = 700;

const HOSTS: [name: string, address: string][] = [
  ['hva1', '127.0.0.11'],
  ['hva2', '127.0.0.12'],
  ['hva3', '127.0.0.13'],
  ['hvb1', '127.0.0.21'],
  ['hvb2', '127.0.0.22'],
  ['hvb3', '127.0.0.23'],
  ['hvc1', '127.0.0.31'],
];

const peer = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

export class HypervEstate {
  private constructor(
    private readonly folder: string,
    private readonly python: string,
    private readonly port: number,
    private readonly hosts: Map<string, Program>,
  ) {}

  static async start(): Promise<HypervEstate> {
    const folder = await mkdtemp(join(tmpdir(), 'iroa-hyperv-'));
    const python = await run('bash', [peer('setup_winrm.sh')]);
    await writeFile(join(folder, 'users'), `${HYPERV_USER.replace('\\', ':')}:${HYPERV_PASSWORD}\n`);
    const hosts = new Map<string, Program>();
    let port = 0;
    for (const [name, address] of HOSTS) {
      // All on the port of the first, as all hosts of a cluster are reached in one way.
      const args = [peer('winrm_peer.py'), '--address', address, '--port', `${port}`, '--chunk', '100000'];
      const program = await start(python, [...args, '--responder', peer('hyperv_estate.py')], /^\d+$/m, {
        NTLM_USER_FILE: join(folder, 'users'),
        HYPERV_HOST: name,
        HYPERV_STATE: join(folder, 'state'),
        HYPERV_ADDRESSES: HOSTS.map(([host, at]) => `${host}=${at}`).join(' '),
      });
      port = Number(/^\d+$/m.exec(program.output())?.[0]);
      hosts.set(name, program);
    }
    return new HypervEstate(folder, python, port, hosts);
  }

  /** A node of each cluster, and the stand-alone host. */
  get address(): string {
    return ['127.0.0.11', '127.0.0.21', '127.0.0.31'].map((address) => `http://${address}:${this.port}`).join(', ');
  }

  async migrate(machine: string, node: string): Promise<void> {
    const env = { HYPERV_STATE: join(this.folder, 'state') };
    await run('env', [`HYPERV_STATE=${env.HYPERV_STATE}`, this.python, peer('hyperv_estate.py'), 'migrate', machine, node]);
  }

  /** The host answers nobody any more. */
  async silence(host: string): Promise<void> {
    this.hosts.get(host)?.child.kill('SIGKILL');
    await this.hosts.get(host)?.stop();
  }

  async stop(): Promise<void> {
    for (const program of this.hosts.values()) program.child.kill('SIGKILL');
    for (const program of this.hosts.values()) await program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
