// Programs that tests start: found ports, awaited first lines, ended with what started them.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

export type Program = { child: ChildProcess; output: () => string; stop: () => Promise<void> };

/** Starts a program and waits until its output matches; what it said so far is in the error when it does not. */
export async function start(command: string, args: string[], ready: RegExp, env: NodeJS.ProcessEnv = {}): Promise<Program> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let failure: string | undefined;
  let wake: () => void = () => {};
  const hear = (chunk: Buffer) => {
    // Colours are for people.
    said += chunk.toString('utf8').replaceAll(/\u001b\[[0-9;]*m/g, '');
    wake();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('error', (error) => ((failure = String(error)), wake()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('exit', (code, signal) => ((failure ??= `it ended with ${code ?? signal}`), wake()));

  const patience = setTimeout(() => ((failure ??= 'it was not ready in time'), wake()), 60_000);
  while (!ready.test(said) && !failure) await new Promise<void>((resolve) => (wake = resolve));
  clearTimeout(patience);
  if (failure) {
    child.kill('SIGKILL');
    throw new Error(`${command} ${args.join(' ')}: ${failure}\n${said}`);
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  return { child, output: () => said, stop };
}

/** Runs a program to its end and returns what it printed. */
export async function run(command: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(printed.trim()) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${complaint}`)),
    );
    // A program that ends without reading it says by its code how it went.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
