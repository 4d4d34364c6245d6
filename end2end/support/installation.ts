// An installation of IROA in a folder of its own: started, asked for its set-up token, restarted, thrown away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, run, start, type Program } from './programs';

const BINARY = process.env.IROA_BINARY ?? fileURLToPath(new URL('../../target/release/iroa', import.meta.url));

export class Installation {
  private program: Program | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async create(): Promise<Installation> {
    return new Installation(await mkdtemp(join(tmpdir(), 'iroa-end2end-')), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ['serve', '--bind', `127.0.0.1:${this.port}`, '--data-dir', this.folder];
    this.program = await start(BINARY, args, /listening on/, { IROA_LOG_FORMAT: 'text' });
  }

  /** The address that the log shows while there is no user. */
  setupPath(): string {
    const path = /\/setup\?token=[^\s"]+/.exec(this.program?.output() ?? '')?.[0];
    if (!path) throw new Error(`no set-up token in the log:\n${this.program?.output()}`);
    return path;
  }

  async addUser(name: string, role: 'viewer' | 'manager' | 'admin', password: string): Promise<void> {
    await run(BINARY, ['user', 'add', name, '--role', role, '--password-stdin', '--data-dir', this.folder], `${password}\n`);
  }

  async restart(): Promise<void> {
    await this.program?.stop();
    await this.start();
  }

  log(): string {
    return this.program?.output() ?? '';
  }

  async remove(): Promise<void> {
    const log = this.log();
    await this.program?.stop();
    if (/panicked|overflowed its stack/.test(log)) throw new Error(`the server crashed:\n${log}`);
    await rm(this.folder, { recursive: true, force: true });
  }
}
