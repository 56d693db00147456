import type { AddressInfo, Server } from 'node:net';

import { ToolError } from '../../errors.ts';

/** Opens a port, 0 for any free one, and says which. @throws ToolError when it cannot be opened. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      reject(
        new ToolError(`port ${port} of ${host} not opened: ${reason}`, {
          remedy: 'Take any free port: --port 0',
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
