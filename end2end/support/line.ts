// A line to a server that can be slow or stand still, so that there is something to watch and to cancel.
// It forwards bytes and does not look into them: the certificate that a client sees is the server's own.
import { connect, createServer, type Socket } from 'node:net';

export type Line = {
  endpoint: string;
  /** Bytes a second towards the client; 0 stands still, Infinity is the server's own pace. */
  setPace: (bytesPerSecond: number) => void;
  close: () => Promise<void>;
};

const TICK_MS = 20;

export async function openLine(port: number): Promise<Line> {
  let pace = Infinity;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const waiting: Buffer[] = [];
    upstream.on('data', (chunk: Buffer) => {
      waiting.push(chunk);
      // What is not let through yet stays in the server's own buffers.
      if (pace !== Infinity) upstream.pause();
    });
    const timer = setInterval(() => {
      let budget = pace === Infinity ? Infinity : (pace * TICK_MS) / 1000;
      while (waiting.length > 0 && budget > 0) {
        const chunk = waiting[0];
        const part = chunk.subarray(0, Math.min(chunk.length, budget));
        client.write(part);
        budget -= part.length;
        if (part.length === chunk.length) waiting.shift();
        else waiting[0] = chunk.subarray(part.length);
      }
      if (waiting.length === 0) upstream.resume();
    }, TICK_MS);
    client.on('data', (chunk) => upstream.write(chunk));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        clearInterval(timer);
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('the line has no address');
  return {
    endpoint: `127.0.0.1:${address.port}`,
    setPace: (bytesPerSecond) => (pace = bytesPerSecond),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
