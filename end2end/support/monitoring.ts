// Real monitoring systems: Prometheus with its node_exporter, started for one test, and the Zabbix that all tests share.
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, run, start, type Program } from './programs';

const peer = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

export type Prometheus = { endpoint: string; stop: () => Promise<void> };

/** One machine: the one that the test runs on, scraped every second. */
export async function startPrometheus(): Promise<Prometheus> {
  const root = await mkdtemp(join(tmpdir(), 'iroa-prometheus-'));
  const env = [`PROMETHEUS_ROOT=${root}`, `PROMETHEUS_PORT=${await freePort()}`, `NODE_EXPORTER_PORT=${await freePort()}`];
  // The servers outlive the script and would hold its output open.
  const started = await run('bash', ['-c', `env ${env.join(' ')} bash "$0" 2>&1 </dev/null >"$1/out"; cat "$1/out"`, peer('start_prometheus.sh'), root]);
  return {
    endpoint: started.trim().split('\n').at(-1) ?? '',
    stop: async () => {
      await run('env', [`PROMETHEUS_ROOT=${root}`, 'bash', peer('stop_prometheus.sh')]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

type Host = { hostid: string };

/** Signed in as its administrator. */
export class Zabbix {
  static readonly USER = 'Admin';
  static readonly PASSWORD = 'zabbix';
  private session = '';
  private hosts: string[] = [];

  private constructor(
    readonly endpoint: string,
    private readonly trapper: number,
    /** As long as it runs the shared server does. */
    private readonly use: Program,
  ) {}

  static async start(): Promise<Zabbix> {
    const root = process.env.ZABBIX_ROOT ?? join(tmpdir(), 'iroa-peers/zabbix');
    await mkdir(root, { recursive: true });
    await (await open(join(root, 'use'), 'a')).close();
    const hold = 'exec 8<"$0"; flock --shared 8; echo held; exec sleep 1800';
    const use = await start('bash', ['-c', hold, join(root, 'use')], /held/);
    const env = { ZABBIX_ROOT: root };
    const script = await start('bash', [peer('start_zabbix.sh')], /^http\S+\n\d+\n\d+\n\d+$/m, env);
    const [endpoint, trapper] = script.output().match(/^(http\S+)\n(\d+)/m)?.slice(1) ?? [];
    const zabbix = new Zabbix(endpoint ?? '', Number(trapper), use);
    zabbix.session = (await zabbix.call('user.login', { username: Zabbix.USER, password: Zabbix.PASSWORD })) as string;
    return zabbix;
  }

  async call(method: string, params: unknown): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params, ...(this.session && { auth: this.session }) });
    const headers = { 'Content-Type': 'application/json-rpc' };
    const answer = await (await fetch(this.endpoint, { method: 'POST', headers, body })).json();
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  /** A host with trapper items; one of this name that a broken-off run left behind goes first. */
  async host(name: string, items: Record<string, string>, more: object = {}): Promise<void> {
    const old = (await this.call('host.get', { output: ['hostid'], filter: { host: [name] } })) as Host[];
    if (old.length > 0) await this.call('host.delete', old.map(({ hostid }) => hostid));
    const groups = (await this.call('hostgroup.get', { output: ['groupid'], limit: 1 })) as { groupid: string }[];
    const created = (await this.call('host.create', { host: name, groups: [{ groupid: groups[0].groupid }], ...more })) as { hostids: string[] };
    const hostid = created.hostids[0];
    this.hosts.push(hostid);
    for (const [key, units] of Object.entries(items)) {
      // Type 2 is a trapper, value type 0 a float.
      await this.call('item.create', { hostid, name: key, key_: key, type: 2, value_type: 0, units, history: '7d', trends: '365d' });
    }
  }

  /** Sends a value with the sender's protocol, again until the server has heard of its item. */
  async push(host: string, key: string, clock: number, value: number): Promise<void> {
    const data = [{ host, key, clock, ns: 0, value: `${value}` }];
    const body = Buffer.from(JSON.stringify({ request: 'sender data', data }));
    const head = Buffer.alloc(13);
    head.write('ZBXD\x01', 'latin1');
    head.writeBigUInt64LE(BigInt(body.length), 5);
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const said = await new Promise<string>((resolve, reject) => {
        const socket = connect(this.trapper, '127.0.0.1', () => socket.write(Buffer.concat([head, body])));
        let heard = '';
        socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
        socket.once('end', () => resolve(heard));
        socket.once('error', reject);
      });
      if (said.includes('failed: 0;')) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`Zabbix does not take values of ${host}`);
  }

  /** Takes this test's hosts away and lets go of the server. */
  async stop(): Promise<void> {
    if (this.hosts.length > 0) await this.call('host.delete', this.hosts);
    await this.use.stop();
  }
}
