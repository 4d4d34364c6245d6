// The page's websocket as a wire that can be cut and mended; everything else of the page's traffic goes on.
import type { Page, WebSocketRoute } from '@playwright/test';

export type Wire = { cut: () => Promise<void>; mend: () => void };

/** To be called before the page is opened. */
export async function wireOf(page: Page): Promise<Wire> {
  // As a proxy says it that is being restarted.
  const GONE = { code: 1012, reason: 'cut by the test' };
  const sockets = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/ws$/, async (socket) => {
    if (isCut) return socket.close(GONE);
    socket.connectToServer();
    sockets.add(socket);
  });
  return {
    cut: async () => {
      isCut = true;
      for (const socket of sockets) await socket.close(GONE);
      sockets.clear();
    },
    mend: () => (isCut = false),
  };
}
